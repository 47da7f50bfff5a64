from collections.abc import Generator

from dify_plugin.entities.datasource import (
    DatasourceMessage,
    OnlineDriveBrowseFilesRequest,
    OnlineDriveBrowseFilesResponse,
    OnlineDriveDownloadFileRequest,
    OnlineDriveFile,
    OnlineDriveFileBucket,
)
from dify_plugin.interfaces.datasource.online_drive import OnlineDriveDatasource

FILES = {f"docs/file{number}.txt": f"text {number}".encode() for number in range(5)} | {"media/big.bin": b"b" * 20000}


class SourceDrive(OnlineDriveDatasource):
    def _browse_files(self, request: OnlineDriveBrowseFilesRequest) -> OnlineDriveBrowseFilesResponse:
        if not request.prefix:
            folders = sorted({name.split("/")[0] for name in FILES})
            return self._response(
                request, [OnlineDriveFile(id=f"{one}/", name=one, size=0, type="folder") for one in folders]
            )
        names = sorted(name for name in FILES if name.startswith(request.prefix))
        start = int((request.next_page_parameters or {}).get("start", 0))
        page = names[start : start + request.max_keys]
        following = start + len(page)
        files = [OnlineDriveFile(id=name, name=name.split("/")[1], size=len(FILES[name]), type="file") for name in page]
        return self._response(request, files, following if following < len(names) else None)

    def _response(
        self, request: OnlineDriveBrowseFilesRequest, files: list[OnlineDriveFile], following: int | None = None
    ) -> OnlineDriveBrowseFilesResponse:
        bucket = OnlineDriveFileBucket(
            bucket=request.bucket,
            files=files,
            is_truncated=following is not None,
            next_page_parameters=None if following is None else {"start": following},
        )
        return OnlineDriveBrowseFilesResponse(result=[bucket])

    def _download_file(self, request: OnlineDriveDownloadFileRequest) -> Generator[DatasourceMessage, None, None]:
        name = request.id.split("/")[-1]
        yield self.create_blob_message(
            FILES[request.id], meta={"file_name": name, "mime_type": "application/octet-stream"}
        )
