/**
 * Prints a slip on the terminal's own printer through the browser.
 * @module
 */

/** A picture that has not come by then is not printed. */
const LOAD_MS = 5000;

/**
 * Loads the picture of a slip and prints it alone on the page.
 * @param {string} address
 * @returns {Promise<boolean>} whether it was handed to the printer
 */
export async function printSlip(address) {
  const picture = document.createElement('img');
  picture.className = 'slip-print';
  picture.alt = '';
  const came = await loaded(picture, address);
  if (!came) return false;
  document.body.appendChild(picture);
  document.body.classList.add('printing');
  window.print(); // stands until the dialog is closed; a kiosk browser prints without one
  document.body.classList.remove('printing');
  document.body.removeChild(picture);
  return true;
}

/** @param {HTMLImageElement} picture @param {string} address @returns {Promise<boolean>} */
function loaded(picture, address) {
  return new Promise(resolve => {
    picture.onload = () => resolve(true);
    picture.onerror = () => resolve(false);
    setTimeout(() => resolve(false), LOAD_MS);
    picture.src = address;
  });
}
