from collections.abc import Generator, Mapping
from typing import Any

from dify_plugin.entities.datasource import (
    DatasourceGetPagesResponse,
    DatasourceMessage,
    GetOnlineDocumentPageContentRequest,
    OnlineDocumentInfo,
    OnlineDocumentPage,
)
from dify_plugin.interfaces.datasource.online_document import OnlineDocumentDatasource

WORKSPACES = {"w1": "First", "w2": "Second"}


class SourceDocument(OnlineDocumentDatasource):
    def _get_pages(self, datasource_parameters: Mapping[str, Any]) -> DatasourceGetPagesResponse:
        return DatasourceGetPagesResponse(result=[self._workspace(id, name) for id, name in WORKSPACES.items()])

    def _workspace(self, id: str, name: str) -> OnlineDocumentInfo:
        pages = [
            OnlineDocumentPage(
                page_id=f"{id}-p{number}",
                page_name=f"Page {number}",
                page_icon={"type": "emoji", "emoji": "📄"},
                type="page",
                last_edited_time="2026-01-01T00:00:00Z",
                parent_id=None if number == 1 else f"{id}-p1",
            )
            for number in (1, 2)
        ]
        return OnlineDocumentInfo(
            workspace_id=id, workspace_name=name, workspace_icon="", total=len(pages), pages=pages
        )

    def _get_content(self, page: GetOnlineDocumentPageContentRequest) -> Generator[DatasourceMessage, None, None]:
        if page.workspace_id not in WORKSPACES:
            raise ValueError(f"there is no workspace {page.workspace_id}")
        yield self.create_variable_message("content", f"Text of {page.page_id}")
        yield self.create_variable_message("page_id", page.page_id)
        yield self.create_variable_message("workspace_id", page.workspace_id)
