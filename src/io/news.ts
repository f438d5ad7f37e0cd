/**
 * Limits for other processes that are fair to them: where this program or the whole machine stood still, a timer ends
 * before what arrived in the meantime is read, an exit or the last words for example.
 */

const LOOKS = 50;
const LOOK_MS = 20;

/** Calls back after this time, once what had arrived by then was heard. Disposing it calls it off. */
export function afterNews(ms: number, action: () => void): Disposable {
  const turn = new DisposableStack();
  // The event loop reads what has arrived after its timers and before its immediates.
  turn.adopt(
    setTimeout(() => turn.adopt(setImmediate(action), clearImmediate), ms),
    clearTimeout,
  );
  return turn;
}

/** Calls back after about a second, counted in looks for what has arrived. Disposing it calls it off. */
export function afterLooks(action: () => void): Disposable {
  let left = LOOKS;
  const timer = setInterval(() => {
    left -= 1;
    if (left > 0) return;
    clearInterval(timer);
    action();
  }, LOOK_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
