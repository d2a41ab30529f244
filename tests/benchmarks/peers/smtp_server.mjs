// npm smtp-server, unmodified, with a handler that keeps nothing.
//   node tests/benchmarks/peers/smtp_server.mjs PORT [CHAIN KEY]
// With a certificate it also takes STARTTLS and any password.
import { readFileSync } from "node:fs";
import { SMTPServer } from "smtp-server";

const [port, chain, key] = process.argv.slice(2);
const secure = chain ? { cert: readFileSync(chain), key: readFileSync(key) } : { disabledCommands: ["STARTTLS", "AUTH"] };

new SMTPServer({
  ...secure,
  authOptional: true,
  disableReverseLookup: true,
  logger: false,
  onAuth: (auth, session, done) => done(null, { user: auth.username }),
  onData: (stream, session, done) => {
    stream.on("end", () => done(null));
    stream.resume();
  },
}).listen(Number(port), "127.0.0.1", 4096);
