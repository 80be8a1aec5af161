import type { LimitRange } from '../core/limit-range.ts';
import type { ResourceQuota } from '../core/resource-quota.ts';
import { defaultResourceList } from './resource-list.ts';

export const limitDefaults = {
  '/LimitRange': defaultLimitRange,
  '/ResourceQuota': defaultResourceQuota,
};

/** For containers alone a limit follows from the greatest that is allowed, and a request from the limit. */
function defaultLimitRange({ spec }: LimitRange): void {
  for (const item of spec.limits) {
    for (const list of [item.default, item.defaultRequest, item.max, item.min, item.maxLimitRequestRatio]) {
      defaultResourceList(list);
    }
    if (item.type !== 'Container') continue;
    const limits = { ...item.max, ...item.default };
    const requests = { ...item.min, ...limits, ...item.defaultRequest };
    if (Object.keys(limits).length > 0) item.default = limits;
    if (Object.keys(requests).length > 0) item.defaultRequest = requests;
  }
}

function defaultResourceQuota({ spec, status }: ResourceQuota): void {
  for (const list of [spec.hard, status?.hard, status?.used]) defaultResourceList(list);
}
