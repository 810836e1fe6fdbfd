import { markup } from '../../foundation/markup.js';

export const tabsMarkup = markup`<div class="tabs" role="tablist" aria-label="What to do">
<button type="button" role="tab" id="tab-writing" aria-controls="writing" aria-selected="true">Write</button>
<button type="button" role="tab" id="tab-learning" aria-controls="learning-panel" aria-selected="false" tabindex="-1">Train</button>
</div>
`;

/** The part of the page in which a network learns. */
export const learningMarkup = markup`<section id="learning-panel" role="tabpanel" aria-labelledby="tab-learning" hidden>
<form class="card" id="learning-form" autocomplete="off">
<p>A new network learns to write, from nothing, here in this page. It sees a text character by character and learns to predict the next one.</p>
<div class="grid choices">
<div class="field"><label for="text-source">Text</label>
<select id="text-source">
<option value="1000000">Fables, 1,000,000 characters (the quickstart)</option>
<option value="200000">Fables, 200,000 characters</option>
<option value="own">A text of your own</option>
</select></div>
<div class="field"><label for="network">Network</label><select id="network"></select></div>
<div class="field"><label for="steps">Steps</label><input id="steps" type="number" min="1" max="100000" value="1000" required></div>
<div class="field"><label for="learning-seed">Seed</label><input id="learning-seed" type="number" min="0" max="9007199254740991" value="1" required></div>
</div>
<div class="field wide" id="own-text-field" hidden><label for="own-text">Your text <small>some ten thousand characters or more</small></label>
<textarea id="own-text" rows="8" spellcheck="false"></textarea></div>
<div class="actions">
<button type="submit" class="primary" id="learn">Train</button>
<button type="button" id="stop-learning" disabled>Stop</button>
</div>
</form>
<div class="learning" id="learning" hidden>
<div class="card">
<p id="facts"></p>
<progress id="progress" value="0" max="1" aria-label="Steps of the training"></progress>
<p id="learning-status" role="status"></p>
<h2>Loss</h2>
<div id="loss-chart"></div>
<p class="visually-hidden" id="chart-description">Loss in nats per token</p>
<div class="legend lines"><span class="training">training</span><span class="validation">validation</span><small>nats per token: lower is better</small></div>
<div class="actions" id="learned" hidden>
<button type="button" class="primary" id="use-learned">Write with this model</button>
<button type="button" id="save-learned">Save the model</button>
</div>
</div>
<div class="card">
<h2>What it writes</h2>
<ol class="samples" id="samples" tabindex="0" aria-label="Texts, the newest first"></ol>
</div>
</div>
</section>
`;
