/**
 * A board of the hall: reads its first view, listens to the others, and draws itself each second.
 * @module
 */
import { html } from '../../assets/vendor/htm/preact/standalone.module.js';
import { announce, mount, setModes } from '../../assets/js/dom.js';
import { createClock } from '../../assets/js/clock.js';
import { DemoStrip } from '../../assets/js/demo.js';
import { loadTexts, t, t2 } from '../../assets/js/i18n.js';
import { connect } from '../../assets/js/live.js';
import { MainBoard } from './board.js';
import { callOf, direct, opening } from './director.js';
import { linkOf } from './link.js';
import { createSound } from './sound.js';
import { WindowScreen } from './window.js';
import { ZoneBoard } from './zone.js';

/** @typedef {import('./types.js').Board} Board */
/** @typedef {import('./types.js').Model} Model */

/** A notice stands so long, in ms. */
const NOTICE_MS = 12000;
/** A board whose view is no longer to be had looks again after this, in ms. */
const AGAIN_MS = 60000;

/** One board for the life of its page. */
class Screen {
  /** @param {{zone?: string, window?: string, at: string, data: Board}} first @param {URLSearchParams} query */
  constructor(first, query) {
    this.first = first;
    this.clock = createClock();
    this.clock.sync(first.at);
    this.board = first.data;
    this.madeAt = Date.parse(first.at);
    this.stage = opening(first.data);
    /** @type {{since: number, time: string}|null} */
    this.lost = null;
    this.told = '';
    const player = new Audio('/assets/sounds/chime.wav');
    this.sound = createSound({ player, mute: Boolean(first.window) || query.get('sound') === 'off', changed: () => this.draw() });
  }

  begin() {
    this.clock.every(() => this.draw());
    this.draw();
    this.sound.begin();
    connect({
      view: 'display', params: { zone: this.first.zone, window: this.first.window },
      onFrame: frame => this.frame(frame),
      onState: state => this.link(state.state),
      onBuild: reloadSoon, onStop: reason => setTimeout(reload, reason === 'revoked' ? 0 : AGAIN_MS), onSignedOut: () => setTimeout(reload, AGAIN_MS),
    });
  }

  /** @param {import('../../assets/js/live.js').Frame<Board>} frame */
  frame(frame) {
    this.clock.sync(frame.at);
    this.board = frame.data;
    this.madeAt = Date.parse(frame.at);
    if (frame.data.say && !this.first.window) this.sound.chime(frame.data.say.id);
    this.draw();
  }

  /** @param {string} phase */
  link(phase) {
    if (phase === 'live') this.lost = null;
    else if (!this.lost) this.lost = { since: performance.now(), time: this.clock.text() };
    this.draw();
  }

  draw() {
    this.stage = direct(this.stage, this.board, this.clock.now());
    const model = this.model();
    this.tell(model);
    mount(html`<${App} model=${model} window=${this.first.window} allow=${() => this.sound.allow()} />`);
  }

  /** @returns {Model} */
  model() {
    const now = this.clock.now();
    return {
      board: this.board, hero: this.stage.hero, shown: this.stage.shown, now, time: this.clock.text(), date: this.clock.date(),
      frameAge: Math.max(0, Math.floor((now - this.madeAt) / 1000)), link: linkOf(this.lost, performance.now()),
      turn: Math.floor(now / NOTICE_MS), sound: this.sound.state(),
    };
  }

  /** Tells screen readers each call once. @param {Model} m */
  tell(m) {
    const call = m.hero && m.hero.voiced ? callOf(m.board, m.hero.id) : undefined;
    if (!call || call.id === this.told) return;
    this.told = call.id;
    announce(t('call.goTo', { number: call.number, label: call.window }), { assertive: true });
  }
}

/** @param {{model: Model, window?: string, allow: () => void}} props */
function App(props) {
  const m = props.model;
  const face = props.window ? html`<${WindowScreen} model=${m} />` : m.board.zone ? html`<${ZoneBoard} model=${m} />` : html`<${MainBoard} model=${m} />`;
  return html`<${DemoStrip} demo=${m.board.hall.demo} />${face}${m.sound === 'ask' && html`<${AskForSound} allow=${props.allow} />`}`;
}

/** The tile over everything until somebody touches it, or for twenty seconds. @param {{allow: () => void}} props */
function AskForSound(props) {
  return html`<button type="button" class="ask" onClick=${props.allow}><span class="ask__word">${t('display.soundOn')}</span><span class="ask__second">${t2('display.soundOn')}</span></button>`;
}

function reload() { location.reload(); }

/** All boards hear of a new program at the same moment; they ask for it one after the other. */
function reloadSoon() { setTimeout(reload, Math.random() * 5000); }

/** @returns {Promise<void>} */
async function main() {
  const holder = document.getElementById('first');
  if (!holder) throw new Error('the page has no first view');
  const first = JSON.parse(holder.textContent || ''), query = new URLSearchParams(location.search);
  setModes({ mode: query.get('contrast') === '1' ? 'contrast' : 'dark', calm: query.get('calm') === '1' });
  await loadTexts({ lang: first.lang });
  new Screen(first, query).begin();
}

main();
