/**
 * The start page and the page of a department: ways in, tiles, the tile for who does not know.
 * @module
 */
import { html } from '../../assets/vendor/htm/preact/standalone.module.js';
import { name, name2, t, t2 } from '../../assets/js/i18n.js';
import { Icon } from '../../assets/js/icon.js';
import { classes } from '../../assets/js/parts.js';
import { capacity, departmentTiles, homeTiles, opens, pageOf, tileFigures, tileName } from './tiles.js';
import { Both, openWindows, waitingInHall } from './frame.js';

/** @typedef {import('./frame.js').World} World */

/** @param {{world: World}} props */
export function Home(props) {
  const { world } = props;
  const { tiles, wide, grouped } = homeTiles(world.view);
  return html`<main class="page page--home">
    <${Welcome} world=${world} />
    <${Ways} world=${world} />
    <div class="section"><h2 class="section__title">${t(grouped ? 'kiosk.orDepartment' : 'kiosk.orService')}</h2><${Totals} view=${world.view} /></div>
    <${Tiles} world=${world} tiles=${tiles} wide=${wide} />
  </main>`;
}

/** @param {{world: World}} props what the hall does now, in a sentence */
function Welcome(props) {
  const { view, clock, state } = props.world;
  const open = view.services.some((/** @type {any} */ s) => s.open);
  if (open) return html`<h1 class="welcome" tabindex="-1"><${Both} id=${state.modes.large || state.modes.low ? 'kiosk.welcomeShort' : 'kiosk.welcome'} /></h1>`;
  const over = view.hall.phase === 'cutoff' || view.hall.phase === 'closed';
  const when = view.opensAt || (view.services.filter((/** @type {any} */ s) => s.opensAt)[0] || {}).opensAt;
  const line = when ? t('kiosk.nextOpen', { when: opens(when, clock.date()) }) : '';
  return html`<h1 class="welcome" tabindex="-1"><div class="both"><span class="both__first">${t(over ? 'kiosk.closedToday' : 'kiosk.closedNow')}</span>
    <span class="both__second both__second--stays">${line} ${view.hours.length > 0 && t('kiosk.hours', { hours: view.hours.join('  ').replace(/-/g, '–') })}</span></div></h1>`;
}

/** @param {{world: World}} props */
function Ways(props) {
  const { act, can, state } = props.world;
  const none = (/** @type {string} */ title, /** @type {string} */ text) => act({ type: 'sheet', sheet: { title, text } });
  return html`<div class="ways">
    <button class=${classes('way', 'way--filled', !can.card && 'way--sunken')} onClick=${() => can.card ? act({ type: 'card' }) : none(t('kiosk.card'), t('kiosk.cardNone'))}>
      <${Icon} name="id-card" /><span class="both"><span class="both__first">${state.person ? t('kiosk.cardRead') : t('kiosk.card')}</span><span class="both__second">${t2('kiosk.cardSecond')}</span></span></button>
    <button class="way way--sunken" onClick=${() => none(t('kiosk.booking'), t('kiosk.bookingNone'))}><${Icon} name="calendar-check" /><${Both} id="kiosk.booking" /></button>
    <button class="way" onClick=${() => act({ type: 'scan' })}><${Icon} name="undo-2" /><${Both} id="kiosk.missed" /></button>
  </div>`;
}

/** @param {{view: any}} props */
function Totals(props) {
  return html`<p class="section__facts">${t('kiosk.hallWaiting', { n: waitingInHall(props.view) })} · ${t('kiosk.hallOpen', { n: openWindows(props.view) })}</p>`;
}

/** @param {{world: World}} props */
export function Department(props) {
  const { world } = props;
  const department = world.view.departments.filter((/** @type {any} */ d) => d.id === world.state.department)[0];
  return html`<main class="page page--department">
    <div class="section section--first"><h1 class="section__title" tabindex="-1">${t('kiosk.welcomeShort')}</h1><${Totals} view=${world.view} /></div>
    <${Tiles} world=${world} tiles=${department ? departmentTiles(world.view, department.id) : []} wide=${null} />
  </main>`;
}

/** @param {{world: World, tiles: import('./tiles.js').Tile[], wide: import('./tiles.js').Tile|null}} props */
function Tiles(props) {
  const { world, wide } = props;
  const modes = world.state.modes, inList = modes.large && wide;
  const all = inList && wide ? [wide].concat(props.tiles) : props.tiles;
  const room = capacity(all.length, modes, !!wide);
  const page = pageOf(all, room.size, world.state.pageNo);
  return html`<div class=${'tiles tiles--' + room.columns}>${page.tiles.map(tile => html`<${TileKey} key=${tile.id} world=${world} tile=${tile} />`)}</div>
    ${page.pages > 1 && html`<${Pager} world=${world} page=${page} />`}
    ${wide && !inList && html`<div class="tiles tiles--1 tiles--wide"><${TileKey} world=${world} tile=${wide} /></div>`}`;
}

/** @param {{world: World, page: {pageNo: number, pages: number}}} props */
function Pager(props) {
  const { pageNo, pages } = props.page;
  const turn = (/** @type {number} */ n) => props.world.act({ type: 'page', n });
  return html`<nav class="pager">
    <button class="key key--kiosk pager__key" disabled=${pageNo === 0} onClick=${() => turn(pageNo - 1)}><${Icon} name="arrow-left" />${t('action.previous')}</button>
    <span class="pager__n">${t('kiosk.page', { n: pageNo + 1, of: pages })}</span>
    <button class="key key--kiosk pager__key" disabled=${pageNo === pages - 1} onClick=${() => turn(pageNo + 1)}>${t('action.next')}<${Icon} name="arrow-right" /></button>
  </nav>`;
}

/** @param {{world: World, tile: import('./tiles.js').Tile}} props */
function TileKey(props) {
  const { tile, world } = props;
  const f = tileFigures(tile, world.clock.date());
  const figures = f.waiting === null
    ? html`<span class="tile__figures"><b class="tile__head">${f.head}</b><span class="tile__line">${f.line}</span></span>`
    : html`<span class="tile__figures"><span class="tile__count"><b class="figures">${f.waiting}</b> ${t('unit.peopleWaiting')}</span><span class=${classes('tile__line', f.good && 'good tile__line--good')}>${f.line}</span></span>`;
  return html`<button class=${classes('tile', 'tile-key', !tile.open && 'tile--sunken', tile.unsure && tile.open && 'tile-key--unsure')} onClick=${() => press(world, tile)}>
    <span class="tile__icon"><${Icon} name=${tile.icon === 'file-text' && tile.unsure ? 'compass' : tile.icon} /></span>
    <span class="tile__names"><span class="tile__name">${tileName(tile)}</span><span class="tile__second">${tile.unsure ? t2('kiosk.unsure', { name: name2(tile.name) || name(tile.name) }) : name2(tile.name)}</span></span>${figures}</button>`;
}

/** @param {World} world @param {import('./tiles.js').Tile} tile */
function press(world, tile) {
  if (tile.open) return world.act({ type: tile.kind, id: tile.id });
  if (tile.kind === 'department') return world.act({ type: 'department', id: tile.id });
  const when = tile.opensAt ? t('kiosk.nextOpen', { when: opens(tile.opensAt, world.clock.date()) }) : '';
  return world.act({ type: 'sheet', sheet: { title: name(tile.name) + ' · ' + t('closed.' + tile.reason), text: t('problem.service_closed.detail.' + tile.reason) + ' ' + when, suggest: true } });
}
