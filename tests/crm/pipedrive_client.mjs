// Pipedrive's own client against the stand-in: node pipedrive_client.mjs FOLDER URL TOKEN DEAL ORGANIZATION FIELD OUR_ID
// Prints what it read as JSON; the test compares. FOLDER holds node_modules/pipedrive.
import { createRequire } from 'node:module';

const [folder, url, apiKey, deal, organization, field, ours] = process.argv.slice(2);
const require = createRequire(`${folder}/`);
const v1 = require('pipedrive/v1');
const v2 = require('pipedrive/v2');
const first = new v1.Configuration({ apiKey, basePath: `${url}/api/v1` });
const second = new v2.Configuration({ apiKey, basePath: `${url}/api/v2` });
const deals = new v2.DealsApi(second);
const activities = new v2.ActivitiesApi(second);
const refused = async (call) => {
  try {
    await call();
    return '';
  } catch (error) {
    return error.error ?? String(error);
  }
};

const read = (await deals.getDeal({ id: Number(deal) })).data;
const found = await deals.searchDeals({ term: `ck:${ours}`, fields: 'custom_fields', exact_match: true });
const changed = await deals.getDeals({ updated_since: '2026-01-01T00:00:00Z', sort_by: 'update_time', status: 'open,won,lost,deleted', limit: 500 });
const made = (await deals.addDeal({ AddDealRequest: { title: 'By hand', org_id: Number(organization), value: 10, custom_fields: { [field]: 'ck:by-hand' } } })).data;
const moved = (await deals.updateDeal({ id: made.id, UpdateDealRequest: { status: 'won' } })).data;
const visit = (await activities.addActivity({ AddActivityRequest: { subject: 'Visit', type: 'meeting', due_date: '2026-11-24', due_time: '02:00', org_id: Number(organization) } })).data;
const fields = (await new v2.DealFieldsApi(second).getDealFields()).data;
const stages = (await new v2.StagesApi(second).getStages()).data;
const pipelines = (await new v2.PipelinesApi(second).getPipelines()).data;
const users = (await new v1.UsersApi(first).getUsers()).data;
const me = (await new v1.UsersApi(first).getCurrentUser()).data;
const teams = (await new v1.LegacyTeamsApi(first).getTeams()).data;
const goals = (await new v1.GoalsApi(first).getGoals({})).data;
const gone = (await deals.deleteDeal({ id: made.id })).data;

console.log(JSON.stringify({
  title: read.title, value: read.value, org: read.org_id, carried: read.custom_fields[field],
  found: found.data.items.map((hit) => hit.item.id), changed: changed.data.map((row) => row.id),
  made: made.id, moved: moved.status, visit: visit.id, fields: fields.map((one) => one.field_code),
  stages: stages.length, pipelines: pipelines.length, users: users.length, me: me.id, teams: teams.length, goals: goals.goals.length,
  gone: gone.id, missing: await refused(() => deals.getDeal({ id: 999999 })), wrong: await refused(() => deals.addDeal({ AddDealRequest: { title: 'x', owner_id: 404 } })),
}));
