/** Style and script of the stand-in's page; one file, nothing loaded from anywhere. */

export const STYLE = `
:root { --ink: #1d1c1d; --quiet: #616061; --line: #e2e2e3; --soft: #f8f8f8; --link: #1264a3; --green: #007a5a; --red: #c01343; --amber: #b7791f; --blue: #1264a3; }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: #fff; font: 15px/1.47 Lato, "Helvetica Neue", Arial, "DejaVu Sans", sans-serif; }
header { display: flex; justify-content: space-between; align-items: center; padding: 10px 20px; border-bottom: 1px solid var(--line); position: sticky; top: 0; background: #fff; z-index: 1; }
h1 { font-size: 18px; margin: 0; }
select { font: inherit; padding: 3px 6px; border: 1px solid #bbb; border-radius: 4px; background: #fff; }
.hint { margin: 0; padding: 6px 20px; background: #fdf6e3; color: #6b5518; font-size: 13px; border-bottom: 1px solid #f0e3bd; }
main { max-width: 880px; padding: 4px 0 40px; }
article { display: flex; gap: 10px; padding: 12px 20px; }
article:hover { background: var(--soft); }
.avatar { flex: none; width: 36px; height: 36px; border-radius: 6px; background: #4a154b; color: #fff; font-weight: 700; display: grid; place-items: center; }
.body { flex: 1; min-width: 0; overflow-wrap: anywhere; }
.byline { line-height: 1.3; }
.app { background: #e8e8e8; color: var(--quiet); border-radius: 2px; font-size: 10px; padding: 1px 3px; vertical-align: 1px; font-weight: 700; }
time, .quiet { color: var(--quiet); font-size: 12px; }
h2 { font-size: 18px; margin: 4px 0 8px; }
.section { margin: 8px 0; }
.fields { display: grid; grid-template-columns: 1fr 1fr; gap: 10px 24px; margin: 8px 0; max-width: 720px; }
.context { color: var(--quiet); font-size: 13px; margin: 8px 0; }
.actions { display: flex; gap: 8px; margin: 10px 0; }
hr { border: 0; border-top: 1px solid var(--line); }
code { font: 12px/1.5 Menlo, Consolas, "DejaVu Sans Mono", monospace; color: #c0144c; background: #f7f7f8; border: 1px solid var(--line); border-radius: 3px; padding: 1px 3px; }
blockquote { margin: 4px 0; padding-left: 12px; border-left: 4px solid #ddd; }
a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
.mention { color: var(--link); background: #e8f5fa; border-radius: 3px; padding: 0 2px; }
.ping { color: #fff; background: var(--red); padding: 0 3px; }
button { font: inherit; font-weight: 700; font-size: 14px; padding: 5px 12px; border-radius: 4px; border: 1px solid #bbb; background: #fff; color: var(--ink); cursor: pointer; }
button.primary { background: var(--green); border-color: var(--green); color: #fff; }
button.danger { background: var(--red); border-color: var(--red); color: #fff; }
button:disabled { opacity: .5; cursor: default; }
button:focus-visible, select:focus-visible, textarea:focus-visible { outline: 2px solid #1d9bd1; outline-offset: 1px; }
i { display: inline-grid; place-items: center; width: 1.15em; height: 1.15em; font: 700 .85em/1 "DejaVu Sans", Arial, sans-serif; color: #fff; vertical-align: -.1em; }
i.tile { border-radius: 3px; } i.dot { border-radius: 50%; }
i.green { background: #2eb67d; } i.red { background: #e01e5a; } i.amber { background: #d9a21b; } i.blue { background: #36a0d0; } i.hollow { border: 2px solid #bbb; }
.thread { border-left: 2px solid var(--line); margin: 8px 0; padding: 0 12px; } .thread h3 { font-size: 12px; color: var(--link); margin: 0; } .thread p { margin: 3px 0; font-size: 14px; }
.ephemeral { background: #f4f9fd; border-radius: 6px; padding: 6px 10px; margin: 8px 0; font-size: 14px; }
.empty { padding: 20px; color: var(--quiet); }
dialog { border: 0; border-radius: 8px; padding: 22px; width: min(480px, 92vw); box-shadow: 0 12px 48px rgba(0,0,0,.3); } dialog::backdrop { background: rgba(0,0,0,.45); }
dialog h2 { margin-top: 0; } label.reason { display: block; margin-top: 12px; font-weight: 700; } label.reason[hidden] { display: none; } textarea { display: block; width: 100%; margin-top: 4px; font: inherit; padding: 8px; border: 1px solid #bbb; border-radius: 4px; }
menu { display: flex; justify-content: flex-end; gap: 8px; padding: 0; margin: 18px 0 0; }
#notice { position: fixed; bottom: 20px; left: 20px; background: #1d1c1d; color: #fff; padding: 8px 14px; border-radius: 6px; }
@media (max-width: 560px) { .fields { grid-template-columns: 1fr; } }
`;

export const SCRIPT = `
const room = document.getElementById('room');
const person = document.getElementById('person');
const dialog = document.getElementById('dialog');
const notice = document.getElementById('notice');
let shown = room.innerHTML, seenView = null;

// Resolves to the reason ('' where none is asked for), or to null when the person cancels.
function ask({ title, html, ok, style }, wantsReason) {
  const reason = dialog.querySelector('textarea'), button = document.getElementById('ok');
  dialog.querySelector('h2').textContent = title;
  dialog.querySelector('.dialog-text').innerHTML = html;
  button.textContent = ok;
  button.className = style || 'primary';
  reason.parentElement.hidden = !wantsReason;
  reason.required = wantsReason;
  reason.value = '';
  dialog.returnValue = 'cancel';
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener('close', () => done(dialog.returnValue === 'ok' ? reason.value : null), { once: true }));
}

async function act(action) {
  const answer = await fetch('/act', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ...action, user: person.value }) });
  const { status } = answer.ok ? await answer.json() : { status: answer.status };
  notice.hidden = status === 200;
  notice.textContent = status === 0 ? 'Lockkeeper does not answer: is "lockkeeper slack" running?' : 'Lockkeeper answered with ' + status + '.';
  await refresh();
}

async function refresh() {
  const { html, view } = await (await fetch('/room')).json();
  if (html !== shown) room.innerHTML = shown = html;
  if (view && view.id !== seenView && !dialog.open) {
    seenView = view.id;
    const reason = await ask({ ...view, ok: view.submit, style: 'danger' }, true);
    if (reason !== null) await act({ viewId: view.id, reason });
  }
}

room.addEventListener('click', async ({ target }) => {
  const button = target.closest('button[data-action]');
  if (!button) return;
  const { confirm, ts, action: actionId } = button.dataset;
  if (confirm && (await ask(JSON.parse(confirm), false)) === null) return;
  button.disabled = true;
  await act({ ts, actionId });
  button.disabled = false;
});

// A page opened late must not reopen a dialog that was answered before.
fetch('/room').then((answer) => answer.json()).then(({ view }) => { seenView = view && view.id; });
setInterval(() => { refresh().catch(() => {}); }, 700);
`;
