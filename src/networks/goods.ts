import type { ConversionEvent } from '../events/conversion-event.js';

/** What was sold, as an event says it. */
export interface Goods {
  itemId?: string;
  itemName?: string;
  quantity?: number;
  orderId?: string;
}

const MAX_TEXT_LENGTH = 256;
const MAX_QUANTITY = 2_147_483_647;

/** What an event says was sold: texts cut to 256 characters, a quantity that is a whole number. */
export function readGoods({ itemId, itemName, quantity, transactionId }: ConversionEvent): Goods {
  const goods: Goods = {};
  const id = cut(itemId);
  const name = cut(itemName);
  const order = cut(transactionId);
  if (id !== undefined) goods.itemId = id;
  if (name !== undefined) goods.itemName = name;
  if (order !== undefined) goods.orderId = order;
  const isCounted =
    quantity !== undefined &&
    Number.isInteger(quantity) &&
    quantity > 0 &&
    quantity <= MAX_QUANTITY;
  if (isCounted) goods.quantity = quantity;
  return goods;
}

function cut(text: string | undefined): string | undefined {
  return text?.trim().slice(0, MAX_TEXT_LENGTH).toWellFormed() || undefined;
}
