import { type Markup, markup } from '../../foundation/markup.js';

/** The part of a server's page in which a person chooses a model, after entering the key where there is one. */
export const servedMarkup = (
  needsKey: boolean,
): Markup => markup`${needsKey ? keyMarkup : ''}<div class="card" id="model-choice" hidden>
<div class="field"><label for="served-model">Model</label><select id="served-model"></select></div>
</div>
`;

/** Programs that store passwords look for the name of a user. */
const keyMarkup = markup`<form class="card" id="key-form" autocomplete="off" hidden>
<input type="text" autocomplete="username" value="Textloom" hidden>
<label class="field wide" for="key">API key <small>this server gives its models to those who have its key</small></label>
<input id="key" type="password" autocomplete="current-password" spellcheck="false" autocapitalize="off" required>
<div class="actions">
<button type="submit" class="primary" id="unlock">Open</button>
<p>The page does not store it, and sends it to this server only.</p>
</div>
</form>
`;
