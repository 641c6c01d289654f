import { queryOptions } from '@tanstack/react-query';
import { answerOf, api } from '../api/client.ts';
import { queryClient } from '../api/query.ts';
import type { components } from '../api/schema.d.ts';
import type { Brand } from '../api/session.ts';

export type ReviewBrief = components['schemas']['Review'];
export type Review = components['schemas']['ReviewInFull'];
export type ReviewFile = Review['files'][number];

const queueKey = (brand: Brand) => [brand.id, 'reviews'];

/** What waits, the longest first. It has no names. */
export const queueQuery = (brand: Brand) =>
  queryOptions({
    queryKey: queueKey(brand),
    queryFn: async () =>
      (await answerOf(api.GET('/kyc/reviews', { params: { query: { limit: 100 } } }))).data,
  });

/** One review. Each call is written into the audit trail. */
export const reviewQuery = (brand: Brand, id: string) =>
  queryOptions({
    queryKey: [brand.id, 'review', id],
    queryFn: () => answerOf(api.GET('/kyc/reviews/{review_id}', { params: { path: { review_id: id } } })),
  });

export interface OpenedFile {
  readonly name: string;
  readonly type: string;
  readonly blob: Blob;
}

/** One file. Each call is written into the audit trail, so what was fetched is not fetched again. */
export const fileQuery = (brand: Brand, review: string, document: string) =>
  queryOptions({
    queryKey: [brand.id, 'review', review, 'file', document],
    queryFn: async (): Promise<OpenedFile> => {
      const { file_name, media_type, content } = await answerOf(
        api.GET('/kyc/reviews/{review_id}/documents/{document_id}', {
          params: { path: { review_id: review, document_id: document } },
        }),
      );
      const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
      return { name: file_name, type: media_type, blob: new Blob([bytes], { type: media_type }) };
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Takes a decided review out of the queue, and returns the one that comes after it. */
export function takeOut(brand: Brand, id: string): ReviewBrief | undefined {
  const queue = queryClient.getQueryData<readonly ReviewBrief[]>(queueKey(brand)) ?? [];
  const at = queue.findIndex(({ review_id }) => review_id === id);
  const left = queue.filter(({ review_id }) => review_id !== id);
  queryClient.setQueryData(queueKey(brand), left);
  void queryClient.invalidateQueries({ queryKey: [brand.id, 'waiting'] });
  return left[Math.max(0, at)] ?? left[0];
}

export const askQueueAgain = (brand: Brand): Promise<void> =>
  queryClient.invalidateQueries({ queryKey: queueKey(brand) });
