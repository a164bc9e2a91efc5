import { BlockList, isIP } from "node:net";

/** Addresses that an option names, for example those that may connect. */
export class NetworkList {
  readonly #list = new BlockList();

  /** Each "192.0.2.1", "10.0.0.0/8", "fd00::/8": the settings were checked. */
  constructor(networks: readonly string[]) {
    for (const network of networks) {
      const [address = "", length] = network.split("/");
      const family = isIP(address) === 6 ? "ipv6" : "ipv4";
      this.#list.addSubnet(address, Number(length ?? (family === "ipv6" ? 128 : 32)), family);
    }
  }

  includes(address: string): boolean {
    const family = isIP(address);
    return family !== 0 && this.#list.check(address, family === 6 ? "ipv6" : "ipv4");
  }
}
