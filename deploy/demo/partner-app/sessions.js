import { randomBytes } from 'node:crypto';

const signInWithin = 10 * 60_000;
const idleAfter = 60 * 60_000;
const tabs = 8;

/**
 * The browsers' sessions, in memory. A session begins with a sign-in that is under way, and changes its id when
 * somebody is signed in, so that an id known beforehand is worth nothing afterwards.
 */
export class Sessions {
  #byId = new Map();
  #now;

  constructor(now = Date.now) {
    this.#now = now;
  }

  /** @param {string | undefined} id */
  find(id) {
    const session = id === undefined ? undefined : this.#byId.get(id);
    if (!session || session.until <= this.#now()) return undefined;
    session.until = this.#now() + idleAfter;
    return session;
  }

  create() {
    for (const [id, session] of this.#byId) if (session.until <= this.#now()) this.#byId.delete(id);
    const session = { id: randomBytes(32).toString('base64url'), until: this.#now() + idleAfter, pending: [], account: null };
    this.#byId.set(session.id, session);
    return session;
  }

  /** Notes a sign-in that is under way; one browser may have a few in different tabs. */
  begin(session, pending) {
    session.pending = [...session.pending, { ...pending, until: this.#now() + signInWithin }].slice(-tabs);
  }

  /** Takes the sign-in with this state out of the session: a callback works once, and in its own browser. */
  take(session, state) {
    const found = session?.pending.find((each) => each.state === state && each.until > this.#now());
    if (found) session.pending = session.pending.filter((each) => each !== found);
    return found;
  }

  /** Replaces a session by one in which somebody is signed in. */
  signIn(session, account) {
    this.end(session);
    return Object.assign(this.create(), { account });
  }

  end(session) {
    this.#byId.delete(session.id);
  }

  /** Ends the sessions that a logout token names: those of `sid`, or of the person where it names no session. */
  endWhere({ sid, sub }) {
    const named = [...this.#byId.values()].filter(({ account }) =>
      account && (sid === undefined ? account.idTokenClaims.sub === sub : account.sid === sid));
    named.forEach((session) => this.end(session));
    return named.length;
  }
}
