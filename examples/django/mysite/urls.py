"""The admin, the documents and, while DEBUG is on, the admin's style sheets."""

from django.contrib import admin
from django.contrib.staticfiles.urls import staticfiles_urlpatterns
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("documents.urls")),
    *staticfiles_urlpatterns(),
]
