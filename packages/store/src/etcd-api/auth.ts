import { authService } from '../etcd-proto/index.ts';
import { etcdErrors } from './errors.ts';
import { type Route, unary } from './grpc/index.ts';
import { headerOf, type Service } from './service.ts';

/** Who a client is says its certificate; there are no users and roles. */
export function authRoutes(service: Service): Route[] {
  const { authStatus, ...rest } = authService;
  return [
    unary(authStatus, () => ({ header: headerOf(service), enabled: false, authRevision: 1 })),
    ...Object.values(rest).map((method) =>
      unary(method, () => {
        throw etcdErrors.authNotEnabled;
      }),
    ),
  ];
}
