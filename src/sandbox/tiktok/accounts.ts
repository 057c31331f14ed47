import type { SandboxAnswer, SandboxRequest } from '../exchange.js';
import { answerApi, CODES, type AnswerParts } from './answers.js';
import {
  SANDBOX_TIKTOK_APP_ID,
  SANDBOX_TIKTOK_APP_SECRET,
  type SandboxTikTokUser,
} from './seed.js';

/** `page_size` goes from 1 to 20. */
const MAX_PAGE_SIZE = 20;
const DEFAULT_PAGE_SIZE = 10;

/**
 * `GET /open_api/v1.3/oauth2/advertiser/get/`: the accounts that authorised the app; its secret
 * stands in the query.
 */
export function listAdvertisers(
  parts: AnswerParts,
  { query }: SandboxRequest,
  { advertisers }: SandboxTikTokUser,
): SandboxAnswer {
  if (
    query.get('app_id') !== SANDBOX_TIKTOK_APP_ID ||
    query.get('secret') !== SANDBOX_TIKTOK_APP_SECRET
  ) {
    return answerApi(parts, CODES.invalidParameter, 'app_id or secret is incorrect.');
  }
  const list = advertisers.map(({ id, name }) => ({ advertiser_id: id, advertiser_name: name }));
  return answerApi(parts, 0, 'OK', { list });
}

/** `GET /open_api/v1.3/pixel/list/`: the pixels of one advertiser, page by page. */
export function listPixels(
  parts: AnswerParts,
  { query }: SandboxRequest,
  { advertisers }: SandboxTikTokUser,
): SandboxAnswer {
  const page = Number(query.get('page') ?? 1);
  const size = Number(query.get('page_size') ?? DEFAULT_PAGE_SIZE);
  if (!Number.isInteger(page) || page < 1)
    return answerApi(parts, CODES.invalidParameter, 'page: Not a valid integer.');
  if (!Number.isInteger(size) || size < 1 || size > MAX_PAGE_SIZE) {
    return answerApi(
      parts,
      CODES.invalidParameter,
      `page_size: Must be between 1 and ${MAX_PAGE_SIZE}.`,
    );
  }
  const id = query.get('advertiser_id') ?? '';
  const advertiser = advertisers.find((own) => own.id === id);
  if (!advertiser)
    return answerApi(parts, CODES.noPermission, `No permission to operate advertiser ${id}.`);
  const code = query.get('code');
  const wanted = advertiser.pixels.filter((pixel) => code === null || pixel.code === code);
  const pixels = wanted.slice((page - 1) * size, page * size).map((pixel) => ({
    pixel_id: pixel.id,
    pixel_code: pixel.code,
    pixel_name: pixel.name,
    activity_status: 'ACTIVE',
  }));
  const total = wanted.length;
  const info = { page, page_size: size, total_number: total, total_page: Math.ceil(total / size) };
  return answerApi(parts, 0, 'OK', { pixels, page_info: info });
}
