/** What the provider's page needs besides page.css. Made for a telephone first; on paper the answers are left out. */
export const DOOR_CSS = `.door h1 { font-size: 1.35rem; overflow-wrap: anywhere; }
.door .facts { margin: .75rem 0; }
.door .facts dt { color: var(--quiet); }
.door .facts dd { margin: 0 0 .35rem; overflow-wrap: anywhere; }
.door .tag.good { color: var(--good); border-color: currentColor; } .door .tag.bad { color: var(--bad); border-color: currentColor; }
.door .tag.warn { color: var(--warn); border-color: currentColor; }
.door .banner { border: 1px solid var(--line); border-left: .35rem solid var(--accent); border-radius: .4rem; padding: .6rem .9rem; margin: .9rem 0; background: var(--shade); }
.door .banner.warned { border-left-color: var(--warn); }
.door .banner.noted { border-left-color: var(--good); }
.door .skip { margin: .5rem 0; } .door .skip a { display: inline-block; min-height: 2.75rem; padding: .6rem 0; font-weight: 600; }
.door .answers { display: grid; gap: .6rem; margin: .75rem 0; }
.door .answers button { width: 100%; min-height: 3.25rem; text-align: left; }
.door .answers button span { display: block; font-weight: 400; font-size: .9rem; }
.door details { border: 1px solid var(--line); border-radius: .5rem; margin: .5rem 0; background: var(--shade); }
.door summary { min-height: 2.75rem; padding: .6rem .9rem; font-weight: 600; cursor: pointer; }
.door details > :not(summary) { margin-left: .9rem; margin-right: .9rem; }
.door details > :is(textarea, input) { width: calc(100% - 1.8rem); }
.door details > :last-child { margin-bottom: .9rem; }
.door .tick { display: flex; align-items: center; gap: .6rem; min-height: 2.75rem; font-weight: 400; margin: 0; overflow-wrap: anywhere; }
.door .tick input { width: 1.35rem; min-height: 1.35rem; flex: none; }
.door .server h3 { display: flex; flex-wrap: wrap; gap: .3rem .7rem; align-items: baseline; margin-top: .25rem; font-size: 1.05rem; overflow-wrap: anywhere; }
.door .server ul { padding-left: 1.2rem; }
.door .server li { overflow-wrap: anywhere; }
.door .server h4 { margin: .75rem 0 .1rem; font-size: .95rem; }
.door .files { display: flex; flex-wrap: wrap; gap: .6rem; list-style: none; padding: 0; }
.door textarea { min-height: 6rem; }
.door textarea.exact { min-height: 0; font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.door .code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 1.3rem; letter-spacing: .08em; text-transform: uppercase; }
@media (min-width: 40rem) { .door .facts { display: grid; grid-template-columns: max-content 1fr; gap: .15rem .9rem; } .door .facts dd { margin: 0; } .door .answers { grid-template-columns: repeat(3, 1fr); align-items: start; } .door .answers button { min-height: 6.5rem; } .door .answers .wide { grid-column: 1 / -1; } }
@media print { .door .answering, .door .skip { display: none; } .door details:not([open]) { display: none; } }
`;
