/**
 * What is told of a host, in Prometheus' terms: names, help, types, labels. Labels are from closed lists, but for `pod`: the
 * id that this host, its people or containerd gave, of which there are as many as VMs.
 */
import { LCOW_VERSION } from '../version.ts';
import {
  type Counters,
  EXEC_BUCKETS,
  type Histogram,
  type Outcomes,
  START_BUCKETS,
  START_KINDS,
  START_PHASES,
} from './counters.ts';
import type { Family, HistogramSample, Sample } from './exposition.ts';
import type { PodMetrics, VmMetrics } from './pod-metrics.ts';

export interface HostNumbers {
  readonly counters: Counters;
  readonly pods: ReadonlyMap<string, PodMetrics>;
  readonly unreachable: number;
  /** By state. */
  readonly containers: Readonly<Record<string, number>>;
}

export function familiesOf(host: HostNumbers): Family[] {
  return [...hostFamilies(host), ...startFamilies(host.counters), ...podFamilies(host.pods)];
}

function hostFamilies({ counters, pods, unreachable, containers }: HostNumbers): Family[] {
  const { hit, miss, fallback } = counters.templates;
  return [
    gauge('lcow_build_info', 'The lcow that tells this; always 1.', [
      { labels: { version: LCOW_VERSION }, value: 1 },
    ]),
    gauge('lcow_pods', 'Pods whose supervisor answers, each with a VM.', [{ value: pods.size }]),
    gauge('lcow_pods_unreachable', 'Pods whose supervisor did not answer.', [
      { value: unreachable },
    ]),
    gauge('lcow_containers', 'Containers by state.', by('state', Object.entries(containers))),
    counter('lcow_container_restarts_total', 'Restarts by a restart policy.', counters.restarts),
    counter(
      'lcow_oom_kills_total',
      'Times that processes of a container were killed for want of memory.',
      counters.oomKills,
    ),
    {
      name: 'lcow_template_lookups_total',
      help: 'VMs by whether there was a template for them; fallback: it could not be used, and the VM booted.',
      type: 'counter',
      samples: by('outcome', Object.entries({ hit, miss, fallback })),
    },
    counter(
      'lcow_guest_link_reconnects_total',
      'Links to guests that broke and were made again.',
      counters.linkReconnects,
    ),
    counter(
      'lcow_events_dropped_total',
      'Events that containerd was to be told, and was not.',
      counters.eventsDropped,
    ),
    counter(
      'lcow_supervisor_adoptions_total',
      'VMs that a new supervisor took over from one that died.',
      counters.adoptions,
    ),
  ];
}

function startFamilies({ starts, startSeconds, execs, execSeconds }: Counters): Family[] {
  return [
    {
      name: 'lcow_starts_total',
      help: 'Starts of containers, by how their VM came and what came of it.',
      type: 'counter',
      samples: START_KINDS.flatMap((kind) => outcomes(starts[kind], { kind })),
    },
    {
      name: 'lcow_start_duration_seconds',
      help: "How long starts of containers took, as their supervisor saw them, by how their VM came and by phase ('total': all).",
      type: 'histogram',
      bounds: START_BUCKETS,
      samples: START_KINDS.flatMap((kind) =>
        START_PHASES.map((phase) => histogram(startSeconds[kind][phase], { kind, phase })),
      ).filter(({ buckets }) => buckets.some((count) => count > 0)),
    },
    {
      name: 'lcow_execs_total',
      help: 'Processes started in containers that run, by what came of it.',
      type: 'counter',
      samples: outcomes(execs, {}),
    },
    {
      name: 'lcow_exec_duration_seconds',
      help: 'How long it took until they ran, as their supervisor saw it.',
      type: 'histogram',
      bounds: EXEC_BUCKETS,
      samples: [histogram(execSeconds, {})],
    },
  ];
}

function podFamilies(pods: ReadonlyMap<string, PodMetrics>): Family[] {
  const of = (read: (pod: PodMetrics) => number): Sample[] =>
    [...pods].map(([pod, metrics]) => ({ labels: { pod }, value: read(metrics) }));
  const ofVm = (read: (vm: VmMetrics) => number): Sample[] =>
    [...pods].flatMap(([pod, { vm }]) =>
      vm === undefined ? [] : [{ labels: { pod }, value: read(vm) }],
    );
  return [
    gauge(
      'lcow_vm_memory_resident_bytes',
      "Memory of the host that a pod's VM has, shared with other VMs or not.",
      ofVm(({ residentBytes }) => residentBytes),
    ),
    gauge(
      'lcow_vm_memory_private_bytes',
      "Memory of the host that a pod's VM has alone.",
      ofVm(({ privateBytes }) => privateBytes),
    ),
    gauge(
      'lcow_vm_memory_assigned_bytes',
      "Memory that a pod's guest was given.",
      ofVm(({ assignedBytes }) => assignedBytes),
    ),
    {
      name: 'lcow_vm_cpu_seconds_total',
      help: "Processor time that a pod's VM has taken of the host.",
      type: 'counter',
      samples: ofVm(({ cpuSeconds }) => cpuSeconds),
    },
    gauge(
      'lcow_supervisor_memory_resident_bytes',
      "Memory that a pod's supervisor has, of which most is shared with others.",
      of(({ supervisor }) => supervisor.residentBytes),
    ),
    {
      name: 'lcow_supervisor_cpu_seconds_total',
      help: "Processor time that a pod's supervisor has taken.",
      type: 'counter',
      samples: of(({ supervisor }) => supervisor.cpuSeconds),
    },
  ];
}

function gauge(name: string, help: string, samples: readonly Sample[]): Family {
  return { name, help, type: 'gauge', samples };
}

function counter(name: string, help: string, value: number): Family {
  return { name, help, type: 'counter', samples: [{ value }] };
}

function by(label: string, values: readonly (readonly [string, number])[]): Sample[] {
  return values.map(([name, value]) => ({ labels: { [label]: name }, value }));
}

function outcomes({ ok, failed }: Outcomes, labels: Readonly<Record<string, string>>): Sample[] {
  return Object.entries({ ok, failed }).map(([outcome, value]) => ({
    labels: { ...labels, outcome },
    value,
  }));
}

function histogram(
  { buckets, sum }: Histogram,
  labels: Readonly<Record<string, string>>,
): HistogramSample {
  return { labels, buckets, sum };
}
