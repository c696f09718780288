/** PostgreSQL's wire protocol, as far as a relay must know it: where a request ends, what it asks, where its answer ends. */

/** What is sent in one go and answered by one ReadyForQuery: a Query, or Parse ... Sync. */
export interface Request {
  bytes: Buffer;
  /** Null for what carries none: the login, COPY data, the end of the session. */
  sql: string | null;
  answer: 'ready' | 'one-byte' | 'none';
}

const [SSL_REQUEST, GSS_REQUEST, CANCEL_REQUEST] = [80_877_103, 80_877_104, 80_877_102];
/** Type of ReadyForQuery. */
const READY = 'Z';

export class RequestReader {
  private rest: Buffer = Buffer.alloc(0);
  private loggedIn = false;
  private open: { parts: Buffer[]; sql: string } = { parts: [], sql: '' };

  push(bytes: Buffer): Request[] {
    this.rest = Buffer.concat([this.rest, bytes]);
    const requests: Request[] = [];
    for (let message = this.next(); message; message = this.next()) {
      const request = this.loggedIn ? this.gather(message) : this.login(message);
      if (request) requests.push(request);
    }
    return requests;
  }

  private next(): Buffer | null {
    const head = this.loggedIn ? 1 : 0;
    if (this.rest.length < head + 4) return null;
    const length = head + this.rest.readInt32BE(head);
    if (this.rest.length < length) return null;
    const message = this.rest.subarray(0, length);
    this.rest = this.rest.subarray(length);
    return message;
  }

  private login(bytes: Buffer): Request {
    const code = bytes.readInt32BE(4);
    if (code === SSL_REQUEST || code === GSS_REQUEST) return { bytes, sql: null, answer: 'one-byte' };
    this.loggedIn = true;
    return { bytes, sql: null, answer: code === CANCEL_REQUEST ? 'none' : 'ready' };
  }

  private gather(bytes: Buffer): Request | null {
    const type = String.fromCharCode(bytes[0] ?? 0);
    if (type === 'Q') return { bytes, sql: text(bytes, 5), answer: 'ready' };
    if (!'PBDECHS'.includes(type)) return { bytes, sql: null, answer: 'none' };
    this.open.parts.push(bytes);
    // Parse: the statement's name, then its SQL.
    if (type === 'P') this.open.sql += text(bytes, 5 + text(bytes, 5).length + 1);
    if (type !== 'S') return null;
    const { parts, sql } = this.open;
    this.open = { parts: [], sql: '' };
    return { bytes: Buffer.concat(parts), sql, answer: 'ready' };
  }
}

function text(bytes: Buffer, from: number): string {
  return bytes.toString('utf8', from, bytes.indexOf(0, from));
}

export class ReplyReader {
  private rest: Buffer = Buffer.alloc(0);

  /** @param oneByte whether what comes next is the bare answer to a negotiation. */
  push(bytes: Buffer, oneByte: boolean): { bytes: Buffer; ready: boolean }[] {
    if (oneByte) return [{ bytes, ready: false }];
    this.rest = Buffer.concat([this.rest, bytes]);
    const messages: { bytes: Buffer; ready: boolean }[] = [];
    while (this.rest.length >= 5) {
      const length = 1 + this.rest.readInt32BE(1);
      if (this.rest.length < length) break;
      messages.push({ bytes: this.rest.subarray(0, length), ready: String.fromCharCode(this.rest[0] ?? 0) === READY });
      this.rest = this.rest.subarray(length);
    }
    return messages;
  }
}
