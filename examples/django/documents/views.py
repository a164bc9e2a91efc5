"""A list, a form with an upload, a download, a streamed export, and a counter in the session."""

from typing import Iterator

from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from documents.forms import DocumentForm
from documents.models import Document


def index(request: HttpRequest) -> HttpResponse:
    return render(request, "documents/index.html", {"documents": Document.objects.all()})


def upload(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "documents/upload.html", {"form": DocumentForm()})
    form = DocumentForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "documents/upload.html", {"form": form}, status=400)
    form.save()
    return redirect("index")


def download(request: HttpRequest, pk: int) -> FileResponse:
    document = get_object_or_404(Document, pk=pk)
    return FileResponse(document.file.open("rb"), as_attachment=True, filename=document.title)


def export(request: HttpRequest) -> StreamingHttpResponse:
    """One line for each document, or for each of ?lines=N invented ones: a long answer without a database."""

    def lines() -> Iterator[str]:
        yield "number,title\r\n"
        invented = int(request.GET.get("lines", "0"))
        if invented:
            for number in range(1, invented + 1):
                yield f"{number},invented\r\n"
        else:
            for document in Document.objects.order_by("pk").iterator():
                yield f'{document.pk},"{document.title}"\r\n'

    return StreamingHttpResponse(lines(), content_type="text/csv")


def visits(request: HttpRequest) -> JsonResponse:
    request.session["visits"] = request.session.get("visits", 0) + 1
    return JsonResponse({"visits": request.session["visits"]})
