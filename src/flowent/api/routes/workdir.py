"""The work directory: finding and opening its files, and choosing another."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query

from flowent.api.documentation import problems
from flowent.api.problems import ApiError
from flowent.api.route import ApiRoute, ConversationId, Use
from flowent.api.services import Services
from flowent.api.workdir_views import FileContentView, FileHits, FolderList, FolderView, RecentFolders
from flowent.conversations.file_content import MOST_LINES
from flowent.conversations.project_files import SearchUnavailableError, WorkdirGoneError

router = APIRouter(route_class=ApiRoute, prefix="/api", tags=["workdir"])

_RECENT_ROWS = 200

PathText = Annotated[str, Query(min_length=1, max_length=4096, pattern=r"^[^\x00]*$")]
QueryText = Annotated[str, Query(max_length=100, description="Characters of the path, in order.")]
HitLimit = Annotated[int, Query(ge=1, le=100, description="How many at most.")]
LINES = 2_000
"""How many lines an answer holds where a client does not say."""


@router.get("/conversations/{conversation_id}/files", responses=problems(404, 409))
async def find_files(
    conversation_id: ConversationId, use: Use, query: QueryText = "", limit: HitLimit = 20
) -> FileHits:
    """Find files and directories of the conversation's work directory that fit, the best first.

    Several words must all fit. Case counts where the query has a capital that some path has. Files that an ignore
    file names are left out. Where the query is empty: what was changed last.
    """
    return await _found(use, await _workdir(use, conversation_id), query, limit)


@router.get("/conversations/{conversation_id}/files/content", responses=problems(404, 409))
async def read_file(
    conversation_id: ConversationId,
    use: Use,
    path: Annotated[PathText, Query(description="The file, relative to the work directory.")],
    first: Annotated[int, Query(alias="from", ge=1, le=2**31 - 1, description="The first line's number.")] = 1,
    limit: Annotated[int, Query(ge=1, le=MOST_LINES, description="How many lines at most.")] = LINES,
) -> FileContentView:
    """Give lines of a text file in the conversation's work directory. Known secrets are taken out."""
    workdir = await _workdir(use, conversation_id)
    try:
        content = await use.project.read(workdir, path, first, limit)
    except WorkdirGoneError as error:
        raise _problem(error) from error
    return FileContentView.of(content)


@router.get("/folders", responses=problems(404))
async def list_folders(
    use: Use,
    path: Annotated[
        PathText | None, Query(description="A whole path; by default the one above the work directory.")
    ] = None,
) -> FolderList:
    """List the directories in a directory, for choosing a project folder, and say whether it could be one."""
    return FolderList.of(await use.project.folders.list(path))


@router.get("/folders/recent")
async def list_recent_folders(use: Use) -> RecentFolders:
    """List the directories that conversations worked in lately and could work in now, the latest first."""
    page = await use.conversations.page(limit=_RECENT_ROWS)
    rows = sorted(page.rows, key=lambda row: row.updated_at, reverse=True)
    folders = await use.project.folders.usable(row.listing.workdir for row in rows)
    return RecentFolders(items=tuple(FolderView.of(folder) for folder in folders))


@router.get("/folders/files", responses=problems(409))
async def find_folder_files(
    use: Use,
    workdir: Annotated[
        PathText | None, Query(description="Where a conversation could work; by default where new ones do.")
    ] = None,
    query: QueryText = "",
    limit: HitLimit = 20,
) -> FileHits:
    """Find files before there is a conversation, as its own route does."""
    return await _found(use, await use.project.folders.check(workdir), query, limit)


async def _found(use: Services, workdir: Path, query: str, limit: int) -> FileHits:
    try:
        return FileHits.of(await use.project.files.search(workdir, query, limit))
    except (WorkdirGoneError, SearchUnavailableError) as error:
        raise _problem(error) from error


async def _workdir(use: Services, conversation_id: str) -> Path:
    return Path((await use.conversations.owner(conversation_id)).log.conversation.workdir)


def _problem(error: WorkdirGoneError | SearchUnavailableError) -> ApiError:
    if isinstance(error, WorkdirGoneError):
        return ApiError(409, error.code, "The project folder cannot be opened.", str(error), error.remedy)
    return ApiError(503, error.code, "Files cannot be searched.", str(error), error.remedy)
