import type { FeedSource, FeedState } from '../domain/feed-source.ts';

/** Places that feeds are fetched from. */
export interface FeedSourceReads {
  /** Everything that ever was a source, by name; `removedAt` tells what is none any more. */
  feedSources(): Promise<readonly FeedSource[]>;
  feedSource(id: string): Promise<FeedSource | null>;
  /** How far it has been read; as unread where it never was. */
  feedState(sourceId: string): Promise<FeedState>;
  /** The events of a MISP feed that have been read, by UUID, each with its timestamp. */
  feedEvents(sourceId: string): Promise<ReadonlyMap<string, string>>;
}

export interface FeedSourceWrites {
  /** False, and nothing is kept, for one that was removed. */
  keepFeedState(sourceId: string, state: FeedState): Promise<boolean>;
  keepFeedEvent(sourceId: string, event: string, stamp: string): Promise<void>;
  /** Nothing is known of how far it was read any more. */
  forgetFeedState(sourceId: string): Promise<void>;
}
