import { alike, bare, never, noEffect, notYet, optional, required } from "../known-rows.ts";

const noRrd = "tsgi writes no RRD files; let a monitoring system collect its figures";
const noDatabase = "configuration is read from files; write it into one";
const noWebdav =
  "tsgi serves no WebDAV; let the web server in front do it, or an application such as WsgiDAV";
const noXslt = "tsgi transforms no XML; do it in the application with lxml";
const noMongrel = "tsgi does not speak ZeroMQ with Mongrel2; use nginx in front, or tsgi's own http";

/** Plug-ins that scale, measure, log, store and authenticate. */
export const otherPluginOptions = {
  ...notYet({
    carbon: required("send metrics to Carbon (Graphite) at this address"),
    "carbon-timeout": required("longest wait for Carbon to take the metrics"),
    "carbon-freq": required("how often metrics are sent to Carbon"),
    "carbon-id": required("what stands for this instance in the names of metrics at Carbon"),
    "carbon-root": required("how the names of metrics at Carbon begin"),
    "carbon-no-workers": bare("leave the single workers out of what is sent to Carbon"),
    "carbon-max-retry": required("how often sending metrics to Carbon is tried again after a failure"),
    "carbon-retry-delay": required("how long to wait before sending metrics to Carbon is tried again"),
    "carbon-hostname-dots": required(
      "what replaces the dots of the host name in the names of metrics at Carbon",
    ),
    "carbon-name-resolve": bare("look the host name of Carbon up", {
      aliases: ["carbon-resolve-names"],
    }),
    "carbon-idle-avg": required(
      "which average time is sent to Carbon while there are no requests: last, zero or none",
    ),
    "carbon-use-metrics": bare("send all metrics to Carbon, not only the usual ones"),
  }),
  ...notYet({
    "rsyslog-packet-size": required("largest message that is sent to a remote syslog"),
    "rsyslog-split-messages": bare("send a message that is too large for a remote syslog in parts"),
  }),
  ...noEffect({
    "notfound-log": bare("there is no such plug-in; log-4xx logs requests that find nothing"),
  }),
  ...never({
    ...alike(noRrd, { required: "rrdtool rrdtool-freq rrdtool-lib" }),
    "zabbix-template": optional("tsgi makes no Zabbix templates; let Zabbix read its figures as JSON"),
    "log-zeromq": required(
      "tsgi sends no log to ZeroMQ; log to a file or the standard output and ship it from there",
    ),
    ...alike("GeoIP databases of this format are no longer published; look countries up in the application", {
      required: "geoip-country geoip-city",
      bare: "geoip-use-disk",
    }),
    ...alike("tsgi reads files from file systems only; mount the volume there", {
      required: "glusterfs-mount glusterfs-timeout rados-mount rados-timeout",
    }),
    ...alike(noWebdav, {
      required: `webdav-mount webdav-css webdav-javascript webdav-js webdav-class-directory webdav-div
        webdav-lock-cache webdav-principal-base webdav-add-option webdav-add-prop webdav-add-collection-prop
        webdav-add-object-prop webdav-add-prop-href webdav-add-collection-prop-href
        webdav-add-object-prop-href webdav-add-prop-comp webdav-add-collection-prop-comp
        webdav-add-object-prop-comp webdav-add-rtype-prop webdav-add-rtype-collection-prop
        webdav-add-rtype-object-prop webdav-skip-prop`,
    }),
    ...alike(noXslt, {
      required: "xslt-docroot xslt-ext xslt-var xslt-stylesheet xslt-content-type",
    }),
  }),
  ...never(
    {
      ...alike(noMongrel, { required: "zeromq zmq zeromq-socket zmq-socket mongrel2" }),
      ...alike(noDatabase, {
        required: "ldap sqlite3 sqlite",
        bare: "ldap-schema ldap-schema-ldif",
      }),
      ...alike("workers open no PAM session; let the init system do it (PAMName= of systemd)", {
        required: "pam pam-user",
      }),
    },
    "error",
  ),
};
