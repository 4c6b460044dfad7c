"""The smallest app that the supervisor can run: a web role that can die, a worker role with one timer."""

import contextlib
import os
import sys

import azure.functions as func
from azure.core.exceptions import ResourceExistsError
from azure.storage.blob.aio import BlobServiceClient

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)


def _storage() -> BlobServiceClient:
    return BlobServiceClient.from_connection_string(os.environ["RecordsStorage"])  # noqa: SIM112 - a binding's name


if os.environ["APP_ROLE"] == "web":

    @app.route(route="health", methods=["GET"])
    async def health(req: func.HttpRequest) -> func.HttpResponse:
        """Say that the app is there."""
        return func.HttpResponse("ok")

    @app.route(route="ticks", methods=["GET"])
    async def ticks(req: func.HttpRequest) -> func.HttpResponse:
        """How often the timer ran: one blob each time."""
        async with _storage() as storage:
            found = [blob.name async for blob in storage.get_container_client("ticks").list_blobs()]
        return func.HttpResponse(str(len(found)))

    @app.route(route="settings", methods=["GET"])
    async def settings(req: func.HttpRequest) -> func.HttpResponse:
        """The names of the settings of this role."""
        return func.HttpResponse("\n".join(sorted(os.environ)))

    @app.route(route="die", methods=["POST"])
    async def die(req: func.HttpRequest) -> func.HttpResponse:
        """End the process as a crash would."""
        print("the last words", flush=True, file=sys.stderr)
        os._exit(3)

else:

    @app.timer_trigger(schedule="0 0 3 * * *", arg_name="timer")
    async def tick(timer: func.TimerRequest) -> None:
        """Leave a trace each time."""
        async with _storage() as storage:
            with contextlib.suppress(ResourceExistsError):
                await storage.create_container("ticks")
            await storage.get_blob_client("ticks", os.urandom(8).hex()).upload_blob(b"tick")
