import { Parser, type Node } from 'commonmark';
import Slugger from 'github-slugger';

/** What a page links to, in Markdown and in HTML. */
export interface Link {
  readonly to: string;
  readonly line: number;
}

/** A page of Markdown, as GitHub shows it. */
export class Page {
  readonly links: Link[] = [];
  /** What `#...` can name: headings, and ids written in HTML. */
  readonly anchors = new Set<string>();
  /** The text of each heading, in order. */
  readonly headings: string[] = [];

  constructor(markdown: string) {
    const slugger = new Slugger();
    let line = 1;
    let text = ''; // of several nodes, because a _ may begin a new one
    for (const node of entered(new Parser().parse(markdown))) {
      if (node.type === 'text') {
        text += node.literal;
        continue;
      }
      for (const to of urlsIn(text)) this.links.push({ to, line });
      text = '';
      line = node.sourcepos?.[0][0] ?? line;
      if (node.type === 'heading') this.addHeading(textOf(node), slugger);
      else if (node.type === 'link' || node.type === 'image') this.links.push({ to: decodeURI(node.destination!), line });
      else if (node.type === 'html_inline' || node.type === 'html_block') this.addHtml(node.literal!, line);
    }
    for (const to of urlsIn(text)) this.links.push({ to, line });
  }

  private addHeading(heading: string, slugger: Slugger): void {
    this.headings.push(heading);
    this.anchors.add(slugger.slug(heading));
  }

  private addHtml(html: string, line: number): void {
    for (const [, id] of html.matchAll(/\b(?:id|name)="([^"]*)"/g)) this.anchors.add(id);
    for (const [, to] of html.matchAll(/\b(?:href|src)="([^"]*)"/g)) this.links.push({ to, line });
  }
}

/** Addresses in running text, without the punctuation that follows them. */
export function urlsIn(text: string): string[] {
  return [...text.matchAll(/https?:\/\/[^\s<>"'`)\]]+/g)].map(([url]) => url.replace(/[.,;:]+$/, ''));
}

function textOf(heading: Node): string {
  return entered(heading).map(({ literal }) => literal ?? '').join('');
}

function entered(root: Node): Node[] {
  const nodes: Node[] = [];
  const walker = root.walker();
  for (let event = walker.next(); event; event = walker.next()) if (event.entering) nodes.push(event.node);
  return nodes;
}
