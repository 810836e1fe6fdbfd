/** An element of the page by its id. @throws Error where the page has none of this kind */
export function byId(id: string): HTMLElement;
export function byId<E extends HTMLElement>(id: string, kind: new () => E): E;
export function byId(id: string, kind: new () => HTMLElement = HTMLElement): HTMLElement {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`the page has no ${id}`);
}

/** Shows a message that the page cannot do its work without the reader. */
export function showTrouble(message: string): void {
  const place = byId('trouble');
  place.textContent = message;
  place.hidden = false;
}

export function hideTrouble(): void {
  byId('trouble').hidden = true;
}

/** Copies a text; says in the button whether that was possible. */
export async function copyText(text: string, button: HTMLElement): Promise<void> {
  const label = button.textContent ?? '';
  button.textContent = (await wasCopied(text)) ? 'Copied' : 'Not possible';
  setTimeout(() => {
    button.textContent = label;
  }, 1500);
}

async function wasCopied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Offers bytes as a file. */
export function saveFile(name: string, bytes: Uint8Array): void {
  const url = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
