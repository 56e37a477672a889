/** Six servers and a day: played in seconds. */
export const SMALL_SCENARIO = `scenario: small
title: 'Six servers and a day'
about: Two providers; operators who do not come back.
malware: Examplebot
seed: 7
begins: '2026-03-02T06:00Z'
ends: '2026-03-03T00:00Z'
strategy: rolling
aimMinutes: 60
watch: { minutelyMinutes: 5, fiveMinutelyHours: 1 }
habits:
  - { name: quick, minutes: { median: 20, p90: 60 }, autoReply: true, ticket: true }
providers:
  - { name: North Hosting, country: DE, asn: 64512, habit: quick, servers: 4, inBook: true, trust: cooperative }
  - { name: South Hosting, country: CL, asn: 64513, habit: quick, servers: 2, innocents: 3 }
feeds:
  - { name: lab, group: lab, reliability: A, evidence: configuration, learnsFrom: configurations, lagMinutes: { median: 1, p90: 2 } }
  - { name: flows, group: flows, reliability: B, evidence: netflow, lagMinutes: { median: 1, p90: 2 } }
operators: { noticeMinutes: { median: 60, p90: 120 } }
parties:
  - { name: Police, kind: law-enforcement, answerMinutes: { median: 5, p90: 10 } }
  - { name: CSIRT, kind: csirt, answerMinutes: { median: 5, p90: 10 } }
  - { name: Sinkholes, kind: sinkhole-operator, answerMinutes: { median: 5, p90: 10 } }
team:
  { importMinutes: { median: 2, p90: 4 }, approveMinutes: { median: 3, p90: 6 }, byHandMinutes: { median: 3, p90: 6 }, lookEveryMinutes: 20 }
vantages:
  - { name: oslo, network: AS64496, country: 'NO' }
  - { name: lima, network: AS64497, country: PE }
`;
