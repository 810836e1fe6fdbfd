import { type Markup, markup } from '../../foundation/markup.js';

/** The part of the page that writes texts. @param isTab whether the page has tabs, of which this is the first */
export const writingMarkup = (isTab: boolean): Markup => markup`<section id="writing" ${
  isTab ? markup`role="tabpanel" aria-labelledby="tab-writing"` : markup`aria-label="Write"`
}>
<p class="note" id="model-in-use" hidden></p>
<form class="card" id="writing-form" autocomplete="off">
<label class="field wide" for="prompt">Prompt <small>the text goes on from here; it may be empty</small></label>
<textarea id="prompt" rows="2" spellcheck="false" autocapitalize="off"></textarea>
<div class="actions">
<button type="submit" class="primary" id="write" disabled>Write</button>
<button type="button" id="again" disabled>Another text</button>
<button type="button" id="stop" disabled>Stop</button>
<p id="status" role="status">Opening the model …</p>
</div>
<details class="settings" id="settings" open>
<summary>Settings</summary>
<div class="grid">
<div class="field"><label for="temperature">Temperature <output id="temperature-value" for="temperature"></output></label>
<input id="temperature" type="range" min="0" max="2" step="0.05" value="0.8" aria-describedby="temperature-help">
<small id="temperature-help">0: always the likeliest; above 1: wilder</small></div>
<div class="field"><label for="top-p">Top-p <output id="top-p-value" for="top-p"></output></label>
<input id="top-p" type="range" min="0.05" max="1" step="0.05" value="1" aria-describedby="top-p-help">
<small id="top-p-help">only the likeliest with this share; 1: all</small></div>
<div class="field"><label for="seed">Seed</label>
<input id="seed" type="number" min="0" max="9007199254740991" step="1" value="1" required aria-describedby="seed-help">
<small id="seed-help">the same seed writes the same text</small></div>
<div class="field"><label for="length">Length</label>
<input id="length" type="number" min="1" max="20000" step="1" value="500" required aria-describedby="length-help">
<small id="length-help">the most tokens</small></div>
<div class="field"><label for="stop-text">Stop text</label>
<input id="stop-text" type="text" spellcheck="false" autocapitalize="off" aria-describedby="stop-help">
<small id="stop-help">ends the text; \\n is a line end</small></div>
</div>
</details>
</form>
<div class="result" id="result" hidden>
<div class="card paper">
<div class="bar-above">
<label class="check"><input type="checkbox" id="colours" checked> Probabilities</label>
<button type="button" id="copy">Copy</button>
</div>
<div class="text" id="text"></div>
<div class="legend" aria-label="Probability of a token by its colour" role="group">
<span>likely</span><span class="p0">50 % or more</span><span class="p1">20 to 50</span><span class="p2">5 to 20</span><span class="p3">1 to 5</span><span class="p4">below 1 %</span><span>surprising</span>
</div>
</div>
<aside class="card" id="inspector" aria-label="Tokens" hidden>
<div class="bar-above"><h2>Tokens</h2><button type="button" id="close-inspector" aria-label="Close the token">✕</button></div>
<div class="field"><label for="position">Position in the text</label><input id="position" type="range" min="1" max="1" value="1"></div>
<p id="no-token">Choose a token of the text to see what else could stand there, and go on from another one.</p>
<div id="one-token" hidden>
<p class="chosen-token"><bdi class="token" id="token-name"></bdi> <span id="token-share"></span></p>
<h3>What could stand here</h3>
<ol id="alternatives"></ol>
</div>
</aside>
<details class="card command">
<summary>The same text on the command line</summary>
<p><code id="command"></code></p>
<button type="button" id="copy-command">Copy the command</button>
</details>
</div>
</section>
`;
