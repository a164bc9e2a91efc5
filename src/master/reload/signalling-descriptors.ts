/** Descriptors that tsgi inherits, on which anything that can be read means a reload. */

import { Socket } from "node:net";
import type { CommandName } from "../../base/commands.ts";
import type { Settings } from "../../settings/settings.ts";
import type { Equipment } from "../equipment.ts";

export class SignallingDescriptors {
  readonly #equipment: Equipment;
  readonly #sockets: Socket[] = [];

  constructor(equipment: Equipment) {
    this.#equipment = equipment;
    const { reloadOnFd, brutalReloadOnFd }: Settings = equipment.settings;
    for (const fd of reloadOnFd) this.#open(fd, "reload-on-fd", "reload");
    for (const fd of brutalReloadOnFd) this.#open(fd, "brutal-reload-on-fd", "reload-at-once");
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #open(fd: number, option: string, name: Exclude<CommandName, "scale">): void {
    const { queue, log } = this.#equipment;
    const cause = `${option} (${fd})`;
    const complain = ({ message }: Error) => log.event(`${cause}: is waited for no longer: ${message}`);
    try {
      const socket = new Socket({ fd, readable: true, writable: false });
      this.#sockets.push(socket);
      socket.on("data", () => queue.push({ from: "command", command: { name }, cause }));
      socket.on("error", complain);
      socket.on("end", () => complain(new Error("nobody writes to it any more")));
      socket.resume();
    } catch {
      log.event(`${cause}: cannot be waited for: it is no pipe and no socket that tsgi has inherited`);
    }
  }
}
