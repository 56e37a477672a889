import { ASK_AGAIN_HOURS } from '../../domain/deconfliction.ts';

/*
 * What the function deconflicted() answers of one server, for a whole operation at once: asked a hundred thousand times
 * the function takes half a minute. A test holds the two against each other and against the policy.
 */

/** The rounds of the operation $1 that are complete at the moment $2: stands before the select. */
export const COMPLETE_ROUNDS = `
  with complete_round as materialized (
    select organisation_id, round_id, opened_at from deconfliction_round
    where operation_id = $1 and opened_at <= $2 and round_complete(round_id)
  )`;

/** From when on asking again counts for what comes after the hands-off `h`; as askAgainFrom in the policy. */
export const ASK_AGAIN_FROM = `greatest(h.recorded_at, h.until - interval '${ASK_AGAIN_HOURS} hours')`;

/** The server `s` stands in a complete round that no hands-off which has run out by $2 takes it out of. */
export const DECONFLICTED = `
  exists (select from deconfliction_server d
          join complete_round r on r.organisation_id = d.organisation_id and r.round_id = d.round_id
          where d.organisation_id = s.organisation_id and d.server_id = s.server_id
            and not exists (select from hands_off h
                            where h.organisation_id = s.organisation_id and h.server_id = s.server_id and h.until <= $2
                              and (h.lifted_at is null or h.lifted_at >= h.until) and r.opened_at < ${ASK_AGAIN_FROM}))`;
