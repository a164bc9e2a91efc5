import { alike, bare, never, notYet, required } from "../known-rows.ts";

/** Several instances that know of each other: subscriptions to a router, legions. */
export const clusterOptions = {
  ...notYet(
    {
      "subscriptions-sign-check": required("accept only subscriptions that are signed: DIGEST:DIRECTORY"),
      "subscriptions-credentials-check": required(
        "accept a subscription only from the users that a file names",
      ),
      "subscriptions-use-credentials": bare("look at who sends a subscription through a Unix socket"),
    },
    { risk: "error" },
  ),
  ...notYet({
    "subscribe-to": required("announce this instance to a router: ROUTER:NAME", {
      aliases: ["st", "subscribe"],
    }),
    subscribe2: required("announce this instance to a router: server=ROUTER,key=NAME,…"),
    "subscribe-freq": required("how often the instance is announced"),
    "subscribe-with-modifier1": required("announce the instance with this modifier"),
    "subscription-tolerance": required("forget an instance that was not announced for this time"),
    "subscription-algo": required("how a router chooses among the announced instances"),
    "subscription-dotsplit": bare("look for instances of the parent domain if a host name has none"),
    "subscription-notify-socket": required("be told on this socket when a subscription changes"),
    "subscriptions-sign-check-tolerance": required("how far the clocks of signed subscriptions may differ"),
    "subscriptions-sign-skip-uid": required("accept unsigned subscriptions of this user"),
    "unsubscribe-on-graceful-reload": bare("take the announcement back at a reload, too"),
    "start-unsubscribed": bare("announce the instance only when told to"),
    weight: required("the share of requests that this instance is announced for"),
    "auto-weight": required(
      "be announced for a share of requests that fits the number of workers and threads",
    ),
  }),
  ...never({
    ...alike(
      "tsgi elects no leader among machines; keepalived, Consul or the cluster that runs the containers does",
      {
        required: `legion legion-mcast legion-node legion-freq legion-tolerance legion-death-on-lord-error
          legion-skew-tolerance legion-lord legion-unlord legion-setup legion-death legion-join
          legion-node-joined legion-node-left legion-quorum legion-scroll legion-scroll-max-size
          legion-scroll-list-max-size`,
      },
    ),
    ...alike("tsgi sends and takes no messages between machines", {
      required: "udp multicast multicast-ttl multicast-loop",
    }),
  }),
};
