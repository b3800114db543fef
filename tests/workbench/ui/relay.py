"""A link to a server that a test can cut, or stop without a word."""

import asyncio
import threading


class Relay:
    """Passes on what comes to `port` to the server at the port `target`."""

    def __init__(self, port, target):
        self._target = target
        self._writers = set()
        self._is_cut = False
        self._loop = asyncio.new_event_loop()
        self._flows = asyncio.Event()
        self._flows.set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._do(asyncio.start_server(self._serve, "127.0.0.1", port))

    def _do(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    async def _serve(self, reader, writer):
        if self._is_cut:
            writer.transport.abort()
            return
        try:
            answers, asks = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            # There is no server now.
            writer.transport.abort()
            return
        both = {writer, asks}
        self._writers |= both
        await asyncio.gather(self._pipe(reader, asks), self._pipe(answers, writer))
        self._writers -= both

    async def _pipe(self, reader, writer):
        try:
            while data := await reader.read(65536):
                await self._flows.wait()
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    def cut(self):
        """Breaks all connections, and refuses new ones until `mend`."""

        async def abort():
            self._is_cut = True
            for writer in self._writers:
                writer.transport.abort()

        self._do(abort())

    def stall(self):
        """Passes nothing on until `mend`, though all connections stay."""

        async def stop():
            self._flows.clear()

        self._do(stop())

    def mend(self):
        """Lets everything through again."""

        async def go():
            self._is_cut = False
            self._flows.set()

        self._do(go())

    def close(self):
        """Ends the link."""
        self.mend()
        self.cut()

        async def end():
            self._server.close()
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        self._do(end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)
        self._loop.close()
