from collections.abc import Generator, Mapping
from typing import Any

from dify_plugin.entities.datasource import (
    WebsiteCrawlMessage,
    WebSiteInfo,
    WebSiteInfoDetail,
)
from dify_plugin.interfaces.datasource.website import WebsiteCrawlDatasource


class Source(WebsiteCrawlDatasource):
    """Tells of its progress after each page, as crawlers do."""

    def _get_website_crawl(
        self, datasource_parameters: Mapping[str, Any]
    ) -> Generator[WebsiteCrawlMessage, None, None]:
        url, total = str(datasource_parameters["url"]), int(datasource_parameters.get("limit") or 3)
        pages: list[WebSiteInfoDetail] = []
        for number in range(total):
            address = f"{url}/{number}"
            pages.append(
                WebSiteInfoDetail(
                    source_url=address, content=f"# Page {number}", title=f"Page {number}", description=""
                )
            )
            yield self._message("processing", [], total, number + 1)
        yield self._message("completed", pages, total, total)

    def _message(self, status: str, pages: list[WebSiteInfoDetail], total: int, completed: int) -> WebsiteCrawlMessage:
        return self.create_crawl_message(
            WebSiteInfo(status=status, web_info_list=pages, total=total, completed=completed)
        )
