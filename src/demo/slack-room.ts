/** The stand-in's memory: messages by ts, and Slack's methods on them with Slack's refusals. */

/** Block Kit as it comes over the wire. */
export interface Block {
  type: string;
  text?: TextObject;
  fields?: TextObject[];
  elements?: (TextObject | Button)[];
}

export interface TextObject {
  type: 'mrkdwn' | 'plain_text';
  text: string;
}

export interface Button {
  type: 'button';
  text: TextObject;
  action_id: string;
  value: string;
  style?: 'primary' | 'danger';
  confirm?: { title: TextObject; text: TextObject; confirm: TextObject; deny: TextObject };
}

export interface RoomMessage {
  channel: string;
  ts: string;
  text: string;
  blocks: Block[];
  edited: boolean;
  threadTs: string | null;
  broadcast: boolean;
  metadata: unknown;
}

/** What only one person sees, under the message whose button they clicked. */
export interface EphemeralMessage {
  ts: string;
  user: string;
  text: string;
}

export interface OpenView {
  id: string;
  triggerId: string;
  view: {
    title: TextObject;
    submit: TextObject;
    close: TextObject;
    private_metadata: string;
    callback_id: string;
    blocks: Block[];
  };
}

export type MethodAnswer = { ok: true; [key: string]: unknown } | { ok: false; error: string };
type Arguments = Record<string, unknown>;

const CHANNEL_ID = 'C0LOCKKEEPER';

export class SlackRoom {
  readonly messages: RoomMessage[] = [];
  readonly ephemerals: EphemeralMessage[] = [];
  readonly views: OpenView[] = [];
  private counter = 0;

  /** @param members ids -> what `users.info` says of them, beside the id. */
  constructor(
    readonly identity: { team: string; app: string },
    readonly members: ReadonlyMap<string, object> = new Map(),
  ) {}

  method(name: string, args: Arguments): MethodAnswer {
    switch (name) {
      case 'auth.test':
        return {
          ok: true,
          team_id: this.identity.team,
          app_id: this.identity.app,
          user_id: 'U0LOCKKEEPER',
          bot_id: 'B0LOCKKEEPER',
        };
      case 'chat.postMessage':
        return this.post(args);
      case 'chat.update':
        return this.update(args);
      case 'conversations.history':
        return this.history(args);
      case 'users.info':
        return this.member(args);
      case 'views.open':
        return this.open(args);
      default:
        return { ok: false, error: 'unknown_method' };
    }
  }

  message(ts: string): RoomMessage | undefined {
    return this.messages.find((message) => message.ts === ts);
  }

  replies(ts: string): RoomMessage[] {
    return this.messages.filter((message) => message.threadTs === ts);
  }

  private post(args: Arguments): MethodAnswer {
    const blocks = (args['blocks'] ?? []) as Block[];
    const problem = blocksProblem(blocks);
    if (problem) return { ok: false, error: problem };
    this.counter += 1;
    const ts = `${Math.floor(Date.now() / 1000)}.${String(this.counter).padStart(6, '0')}`;
    this.messages.push({
      channel: CHANNEL_ID,
      ts,
      text: textOf(args),
      blocks,
      edited: false,
      threadTs: typeof args['thread_ts'] === 'string' ? args['thread_ts'] : null,
      broadcast: String(args['reply_broadcast']) === 'true',
      metadata: args['metadata'] ?? null,
    });
    return { ok: true, channel: CHANNEL_ID, ts };
  }

  private update(args: Arguments): MethodAnswer {
    const message = this.message(String(args['ts']));
    if (!message || args['channel'] !== message.channel) return { ok: false, error: 'message_not_found' };
    const blocks = (args['blocks'] ?? []) as Block[];
    const problem = blocksProblem(blocks);
    if (problem) return { ok: false, error: problem };
    Object.assign(message, { text: textOf(args), blocks, edited: true });
    return { ok: true, channel: message.channel, ts: message.ts };
  }

  private history(args: Arguments): MethodAnswer {
    if (args['channel'] !== CHANNEL_ID) return { ok: false, error: 'channel_not_found' };
    const newest = this.messages
      .filter(({ threadTs }) => threadTs === null)
      .reverse()
      .slice(0, Number(args['limit'] ?? 100));
    return { ok: true, messages: newest.map(({ ts, text, metadata }) => ({ type: 'message', ts, text, metadata })) };
  }

  private member(args: Arguments): MethodAnswer {
    const id = String(args['user']);
    const known = this.members.get(id);
    return known ? { ok: true, user: { id, ...known } } : { ok: false, error: 'user_not_found' };
  }

  private open(args: Arguments): MethodAnswer {
    const triggerId = String(args['trigger_id']);
    const view = args['view'] as OpenView['view'] | undefined;
    if (!view || !triggerId.startsWith('trigger-')) return { ok: false, error: 'invalid_trigger_id' };
    this.counter += 1;
    this.views.push({ id: `V${this.counter}`, triggerId, view });
    return { ok: true, view: { id: `V${this.counter}` } };
  }
}

/** Slack refuses a whole message for one text that is too long; so does its stand-in. */
function blocksProblem(blocks: Block[]): string | null {
  const tooLong = (limit: number) => (text: TextObject) => text.text.length === 0 || text.text.length > limit;
  const texts = (block: Block): TextObject[] =>
    block.type === 'context' ? (block.elements as TextObject[]) : block.text ? [block.text] : [];
  const buttons = blocks.flatMap((block) => (block.type === 'actions' ? (block.elements as Button[]) : []));
  const bad =
    blocks.length > 50 ||
    blocks.some((block) => texts(block).some(tooLong(block.type === 'header' ? 150 : 3000))) ||
    blocks.some((block) => (block.fields?.length ?? 0) > 10 || block.fields?.some(tooLong(2000))) ||
    buttons.some(
      ({ value, text, confirm }) =>
        value.length > 2000 || text.text.length > 75 || (confirm && confirm.text.text.length > 300),
    );
  return bad ? 'invalid_blocks' : null;
}

function textOf(args: Record<string, unknown>): string {
  return typeof args['text'] === 'string' ? args['text'] : '';
}
