from django.urls import path

from documents import views

urlpatterns = [
    path("", views.index, name="index"),
    path("upload/", views.upload, name="upload"),
    path("documents/<int:pk>/", views.download, name="download"),
    path("documents.csv", views.export, name="export"),
    path("visits/", views.visits, name="visits"),
]
