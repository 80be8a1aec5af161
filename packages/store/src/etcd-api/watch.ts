import { watchService } from '../etcd-proto/index.ts';
import { untilLeaderLost, type Guard } from './guard.ts';
import { type Route, streaming } from './grpc/index.ts';
import type { Service } from './service.ts';
import { WatchStream } from './watch-stream.ts';

export function watchRoutes(service: Service, guard: Guard): Route[] {
  return [
    streaming(watchService.watch, async (stream) => {
      guard(stream);
      const watches = new WatchStream(service, stream);
      try {
        // A client that sends nothing more may go on listening, so the call is not over with its last request.
        await Promise.race([watches.serve(), untilLeaderLost(service, stream)]);
      } finally {
        watches.close();
      }
    }),
  ];
}
