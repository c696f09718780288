import { createSlack } from '/work/main/src/adapters/slack';
import { SlackStandIn } from '/work/main/src/demo/slack-stand-in';
import { createSlackServer } from '/work/main/src/slack-server';
import { SlackApi } from '/work/main/src/adapters/slack/api';
import { waiting, approvedBy, hazard, migration, phases, UI_URL } from '/work/main/test/slack/deployment';
import { pino } from 'pino';
(async () => {
const log = pino({ level: 'warn' });
const s = await SlackStandIn.start({ signingSecret: 'x'.repeat(32), people: [{ id: 'U0ALICE', name: 'alice' }, { id: 'U0BOB', name: 'bob' }, { id: 'U0REQUESTER', name: 'rhea' }], port: 4555 });
const slack = createSlack({ token: 'xoxb-1', channel: 'C0LOCKKEEPER', apiUrl: s.apiUrl, log });
const api = new SlackApi({ token: 'xoxb-1', apiUrl: s.apiUrl });
const w = waiting();
const done = waiting({ input: {...w.input, deploymentId: '20251201-090000-0f0f'}, phase: 'report', phases: phases('report').map(p => p.phase==='verify'?{...p,state:'failed',detail:'orders is not readable'}: p.phase==='monitor'?{...p,state:'skipped'}:{...p, state:'done'}), audit:[approvedBy('slack:U0ALICE','alice'), approvedBy('cli:bob','Bob <b>')], steps: w.steps.map(x=>({...x,state:'reversed'})),
 outcome: { deploymentId:'x', environment:'production', target:'main', status:'rolled-back', summary:'Verification failed; all three migrations were undone and the schema is as it was before.', failure:{phase:'verify',type:'HealthCheck',message:'Critical table "orders" is not readable: permission denied <!channel>'} } });
const dref = await slack.announce(done, null, UI_URL);
await slack.note(dref, 'verify failed: undoing 3 migrations', { broadcast: true });
await slack.note(dref, 'Rolled back.');
const ref = await slack.announce(w, null, UI_URL);
await slack.announce(waiting({audit:[approvedBy('slack:U0BOB','bob')]}), ref, UI_URL);
const audit = [approvedBy('slack:U0BOB','bob')];
const server = createSlackServer({ signingSecret: 'x'.repeat(32), log, apiUrl: s.apiUrl, expectedTeam: 'T0STANDIN', expectedApp: 'A0STANDIN',
  openView: async (t, view) => { await api.call('views.open', (web) => web.views.open({ trigger_id: t, view })); },
  decide: async (d) => { audit.push({ at: '2025-12-02T10:18:00.000Z', person: d.person, verdict: d.verdict, accepted: true, reason: d.reason }); await slack.announce(waiting({ audit }), ref, UI_URL); return `You ${d.verdict}d it.`; } });
server.listen(0, '127.0.0.1', () => { s.receiverUrl = `http://127.0.0.1:${(server.address() as any).port}/slack/interactions`; console.log('ready', s.url); });
})();
