/**
 * The chime before a call, and whether this screen may make a sound at all.
 * @module
 */

/** @typedef {'on'|'off'|'ask'|'mute'} SoundState on: allowed; ask: somebody must touch the screen; off: nobody did; mute: it shall be silent */
/** @typedef {{play: () => Promise<void>|undefined, pause: () => void, volume: number, currentTime: number}} Player what is used of an audio element */
/**
 * @typedef {Object} Sound
 * @property {() => SoundState} state
 * @property {() => Promise<void>} begin asks the browser whether sound is allowed
 * @property {() => Promise<void>} allow somebody has touched the screen
 * @property {(id: string) => Promise<void>} chime once for each announcement
 */

/** The tile that asks for a touch goes after this long, as most boards have nobody who could touch them; in ms. */
export const ASK_MS = 20000;

/**
 * @param {{player: Player, mute?: boolean, changed: () => void, after?: (tell: () => void, ms: number) => any}} options
 * @returns {Sound}
 */
export function createSound(options) {
  const player = options.player, after = options.after || ((tell, ms) => setTimeout(tell, ms));
  /** @type {SoundState} */
  let state = options.mute ? 'mute' : 'on';
  let last = '';
  /** @param {SoundState} next */
  const enter = next => {
    if (next === state) return;
    state = next;
    options.changed();
    if (next === 'ask') after(() => { if (state === 'ask') enter('off'); }, ASK_MS);
  };
  const play = async () => {
    player.currentTime = 0;
    try {
      await player.play();
      enter('on');
    } catch (e) {
      enter(state === 'off' ? 'off' : 'ask');
    }
  };
  const silently = async () => {
    player.volume = 0;
    await play();
    player.pause();
    player.volume = 1;
  };
  return {
    state: () => state,
    begin: async () => { if (state !== 'mute') await silently(); },
    allow: async () => { if (state !== 'mute') await play(); },
    chime: async id => {
      if (id === last || state === 'mute') return;
      last = id;
      await play();
    },
  };
}
