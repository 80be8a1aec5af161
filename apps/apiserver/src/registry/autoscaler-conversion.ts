import type { AutoscalingV1HorizontalPodAutoscaler, HorizontalPodAutoscaler } from '@wherry/api';
import { autoscalerFromV1, autoscalerToV1, keepAutoscalerAnnotations } from '@wherry/api/conversion';
import type { KubeObject } from '@wherry/apimachinery';
import type { Conversion } from './served.ts';
import type { Strategy } from './strategy.ts';

type V1 = AutoscalingV1HorizontalPodAutoscaler;

/** autoscaling/v1 over autoscaling/v2. */
export const autoscalingV1Conversion: Conversion = {
  toStorage: (object) => autoscalerFromV1(object as V1),
  fromStorage: (object) => autoscalerToV1(object as HorizontalPodAutoscaler),
};

export const autoscalerStrategy: Strategy = {
  hasStatus: true,
  allowsUnconditionalUpdate: true,
  prepareForCreate(object) {
    const autoscaler = object as HorizontalPodAutoscaler;
    autoscaler.status = { currentReplicas: 0, desiredReplicas: 0 };
    if (isV1(object)) keepAutoscalerAnnotations(object, { ...object, metadata: { name: '' } }, 'status');
  },
  prepareForUpdate(object, old) {
    if (isV1(object)) keepAutoscalerAnnotations(object, old as V1, 'status');
  },
  prepareForStatusUpdate(object, old) {
    if (isV1(object)) keepAutoscalerAnnotations(object, old as V1, 'spec');
  },
};

function isV1(object: KubeObject): object is V1 {
  return object.apiVersion === 'autoscaling/v1';
}
