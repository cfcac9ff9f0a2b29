import { Diary, dateOf, isWorkday } from './diary';
import { DAYS, type Year } from './events';
import { Random } from './random';

/** Layers of one platform that an image has to itself. */
const GIGABYTES = 0.25;

/**
 * A year of `shop/web`, as a team of a dozen fills it: builds of commits, branches and pull requests on workdays, a
 * release candidate and a release every week or two, what is deployed tagged `prod-<date>`, signatures, and leftovers
 * that nobody meant to push. No tag ever moves: those of `shop/web` are immutable.
 */
export function webYear(): Year {
  return new Team(new Random(20_250_101)).work();
}

class Team {
  private readonly diary: Diary;
  private version = 0;
  private pullRequest = 400;
  private nextRelease = 6;
  private running?: { digest: string; since: number };

  constructor(private readonly random: Random) {
    this.diary = new Diary(random);
  }

  work(): Year {
    for (let day = 0; day < DAYS; day++) {
      if (!isWorkday(day)) continue;
      this.commits(day);
      this.pullRequests(day);
      if (this.random.chance(0.07)) this.hotfix(day);
      if (this.random.chance(0.06)) this.experiment(day);
      if (day >= this.nextRelease) this.release(day);
    }
    if (this.running) this.diary.pulls(this.running.digest, this.running.since, DAYS);
    return this.diary.close();
  }

  private commits(day: number): void {
    for (let build = this.random.between(2, 5); build > 0; build--) this.push(day, [this.sha()]);
    // The merge queue builds what is to be on main next, and says all that it knows of it.
    if (this.random.chance(0.05)) this.push(day, [this.sha(), `gitbranch_queue-${dateOf(day)}`, `gitpr_${this.pullRequest}-queue`]);
    if (this.random.chance(0.3)) this.push(day, [`gitbranch_feature-${dateOf(day)}`]);
    // An upload that ended before its tag was put.
    if (this.random.chance(0.3)) this.push(day, []);
  }

  private pullRequests(day: number): void {
    for (let opened = this.random.between(0, 2); opened > 0; opened--) {
      const number = ++this.pullRequest;
      for (let run = 1; run <= this.random.between(1, 3); run++) {
        const digest = this.push(day, [`gitpr_${number}-${run}`]);
        this.diary.pulls(digest, day, day + 2); // tested by hand
      }
    }
  }

  /** A candidate is tested for a week; then the release is built, promoted, and deployed some days later. */
  private release(day: number): void {
    const version = `1.${++this.version}.0`;
    const candidate = this.diary.pushIndex(day, [`rc-${version}`], GIGABYTES);
    this.diary.pulls(candidate, day, day + 7);
    const built = day + 7;
    const digest = this.diary.pushIndex(built, [this.sha()], GIGABYTES);
    this.diary.sign(built, digest);
    this.diary.tag(built, digest, `v${version}`); // the build itself is promoted, not one like it
    this.deploy(built + this.random.between(1, 3), digest);
    this.nextRelease = day + this.random.between(10, 14);
  }

  /** A build of a commit goes straight to production: no version, `prod-<date>` alone tells that it matters. */
  private hotfix(day: number): void {
    if (!this.running || this.running.since >= day) return;
    const digest = this.push(day, [this.sha()]);
    this.diary.sign(day, digest);
    this.deploy(day, digest);
  }

  /** What ran before is pulled for two weeks more: somewhere a node is slow, or a roll-back is tried. */
  private deploy(day: number, digest: string): void {
    this.diary.tag(day, digest, `prod-${dateOf(day)}-${digest.slice(-4)}`);
    if (this.running) this.diary.pulls(this.running.digest, this.running.since, day + 14);
    this.running = { digest, since: day };
  }

  /** Neither a release nor temporary by its name: somebody wanted to compare something. */
  private experiment(day: number): void {
    const digest = this.push(day, [`load-test-${dateOf(day)}`]);
    this.diary.pulls(digest, day, day + this.random.between(1, 30));
  }

  private push(day: number, tags: string[]): string {
    return this.diary.push(day, { tags, gigabytes: GIGABYTES });
  }

  private sha(): string {
    return `gitsha_${this.random.hex(7)}`;
  }
}
