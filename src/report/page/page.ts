import { createHash } from 'node:crypto';
import { BENCHMARKS, gradeRate } from '../benchmarks.js';
import type { Survey } from '../survey.js';
import { describeCount, describeRate } from '../words.js';
import { html, Html } from './html.js';
import {
  renderMoney,
  renderReasons,
  renderResponseSection,
  renderShares,
  renderTiles,
  renderTime,
  type Advice,
} from './sections.js';
import { cutIntoSlots } from './slots.js';
import { STYLE } from './style.js';

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');
/** Made of one piece: the policy allows exactly this text. */
const STYLE_ELEMENT = new Html(`<style>${STYLE}</style>`);
/** The page's own style and an empty icon, and nothing from anywhere else. */
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; img-src data:; base-uri 'none'; form-action 'none'`;

export interface PageParts {
  workspace: string;
  survey: Survey;
  advice: Advice;
  /** IANA name; times on the page are in it. */
  timeZone: string;
}

/** A survey as a page for people: one file without script that asks nothing of anybody. */
export function renderPage({ workspace, survey, advice, timeZone }: PageParts): string {
  const { filter, total } = survey;
  const when = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone });
  const title = `Postback delivery: ${workspace}`;
  const only = [...filter.networks, ...filter.goals.map((goal) => `goal ${goal}`)].join(', ');
  const body =
    total.figures.conversions + survey.skips.size === 0 ? renderNothing() : renderBody(survey, advice, timeZone);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="generator" content="postback report" />
        <meta http-equiv="content-security-policy" content="${POLICY}" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        ${STYLE_ELEMENT}
      </head>
      <body>
        <main>
          <header>
            <h1>${title}</h1>
            <p class="soft">
              ${when.format(filter.sinceMs)} to ${when.format(filter.untilMs)}, times in
              ${timeZone}${only === '' ? '' : `; only ${only}`}
            </p>
          </header>
          ${body} ${renderDefinitions()}
          <footer>
            Made by postback from its delivery log at ${when.format(filter.nowMs)}. It holds counts only: no player, no
            event, no account.
          </footer>
        </main>
      </body>
    </html> `.text;
}

function renderBody(survey: Survey, advice: Advice, timeZone: string): Html {
  const slots = cutIntoSlots(survey, timeZone);
  const hasDelivered = survey.total.figures.delivered > 0;
  return html`<p class="verdict">${describeVerdict(survey)}</p>
    ${renderTiles(survey)} ${slots.length > 0 ? renderTime(slots, timeZone) : undefined}
    ${hasDelivered ? renderResponseSection(survey) : undefined}
    ${survey.networks.size > 0 ? renderShares(survey) : undefined} ${renderMoney(survey)}
    ${renderReasons(survey, advice)}`;
}

function describeVerdict({ total }: Survey): string {
  const { conversions, delivered, deliveryRate } = total.figures.toData();
  if (deliveryRate === null) return 'There was no conversion to deliver in this time; why, the reasons below say.';
  const { good } = BENCHMARKS.deliveryRate;
  const standing = {
    good: `That is good: the benchmark is ${good} %.`,
    average: `That is average; ${good} % is good.`,
    poor: `That is below the average of the industry, which is 95 to 99 %.`,
  }[gradeRate(deliveryRate, BENCHMARKS.deliveryRate)];
  return `${describeRate(deliveryRate)} of conversions reached their network: ${describeCount(delivered)} of ${describeCount(conversions)}. ${standing}`;
}

function renderNothing(): Html {
  return html`<section>
    <h2>Nothing happened in this time</h2>
    <p>
      No conversion was delivered, waits or was left out. If you expected some: is anything sending, and to this
      workspace?
    </p>
    <p>
      Whoever runs postback sees what is wrong with <code>postback status</code> and <code>postback logs --all</code>.
    </p>
  </section>`;
}

function renderDefinitions(): Html {
  return html`<section aria-labelledby="terms">
    <h2 id="terms">How it is counted</h2>
    <dl>
      <dt>Conversion</dt>
      <dd>
        Something a player did that a goal counts and that an ad of a connected network brought about. Duplicates,
        organic players, players without consent and test events are none.
      </dd>
      <dt>Delivery rate</dt>
      <dd>Delivered of all conversions. The industry averages 95 to 99 %; 98 % or more is good.</dd>
      <dt>Response time</dt>
      <dd>
        From the conversion to the network's answer that took it. The industry averages 1 to 5 minutes; less than 2 is
        good.
      </dd>
      <dt>Accuracy</dt>
      <dd>
        Delivered of all that a network judged, so without what still waits. The industry averages 90 to 95 %; 95 % or
        more is good.
      </dd>
      <dt>Lost</dt>
      <dd>
        Conversions that no postback could be made of: their goal is not mapped at the network, or a field is missing
        that it requires, or they came too late.
      </dd>
    </dl>
  </section>`;
}
