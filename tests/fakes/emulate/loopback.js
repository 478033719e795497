// emulate 0.8.0 names no host when it listens: everything stays on the loopback interface.
const net = require("node:net");
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (first, ...rest) {
  if (typeof first === "object" && first !== null) return listen.call(this, { ...first, host: "127.0.0.1" }, ...rest);
  return listen.call(this, { port: Number(first), host: "127.0.0.1" }, rest.find((one) => typeof one === "function"));
};
