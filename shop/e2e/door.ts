import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/**
 * A way to the API that can be shut while everything else runs on: connections are passed on as they are. For a
 * browser that comes through it, a shut door is an API that has stopped.
 */
export class Door {
  /** Answers that were cut off: what they answer to has arrived. */
  lost = 0;
  private losing = false;
  private readonly open = new Set<Socket>();
  private readonly server = createServer((client) => this.pass(client));

  private constructor(
    private readonly api: number,
    private port: number,
  ) {}

  /** Opens one in front of a port of loopback. */
  static async to(api: number): Promise<Door> {
    const door = new Door(api, 0);
    await door.unlock();
    return door;
  }

  /** Leads a browser that calls the API through the door. */
  get flag(): string {
    return `--host-resolver-rules=MAP 127.0.0.1:${this.api} 127.0.0.1:${this.port}`;
  }

  /** From now on the API hears, and nobody hears of it. */
  loseAnswers(): void {
    this.losing = true;
  }

  /** Cuts all connections; new ones are refused. */
  async shut(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, "close");
    this.server.close();
    for (const socket of this.open) socket.destroy();
    await closed;
  }

  /** Takes connections again. */
  async unlock(): Promise<void> {
    this.losing = false;
    this.server.listen(this.port, "127.0.0.1");
    await once(this.server, "listening");
    this.port = (this.server.address() as AddressInfo).port;
  }

  private pass(client: Socket): void {
    const api = connect(this.api, "127.0.0.1");
    const hangUp = () => {
      client.destroy();
      api.destroy();
    };
    for (const socket of [client, api]) {
      this.open.add(socket);
      socket.on("error", hangUp);
      socket.on("close", () => {
        this.open.delete(socket);
        hangUp();
      });
    }
    client.pipe(api);
    api.on("data", (answer) => {
      if (this.losing) {
        this.lost += 1;
        hangUp();
      } else client.write(answer);
    });
  }
}
