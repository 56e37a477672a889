import { problem } from '../../domain/problem.ts';
import type { Operation } from '../../domain/operation.ts';
import type { World } from '../../ports/world.ts';
import { oneLine } from './import-options.ts';

export interface OperationRequest {
  readonly name: string;
  /** Documentation and lab addresses only. */
  readonly drill: boolean;
  /** The botnet's name as it is to appear in notices; null leaves it as it is. */
  readonly malware: string | null;
  /** What others call it; added to those that are known. */
  readonly aliases?: readonly string[];
}

/** Names become folder names and stand in subjects, so they are kept plain. */
const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/i;

/** Opens an operation, or finds the one of that name. What kind it is, drill or real, never changes. */
export async function openOperation(world: World, request: OperationRequest): Promise<Operation> {
  if (!NAME.test(request.name)) {
    throw problem(
      'usage',
      `"${request.name}" cannot name an operation`,
      'Use up to 64 letters, digits, dots, dashes and underscores, a letter or digit first',
    );
  }
  const malware = request.malware === null ? null : oneLine(request.malware, '--malware', 80);
  const aliases = [...new Set((request.aliases ?? []).map((alias) => oneLine(alias, '--alias', 80)))];
  return world.store.write(async (transaction) => {
    const known = await transaction.findOperation(request.name);
    if (known === null) {
      const { name, drill } = request;
      const id = world.ids.uuid();
      await transaction.append({
        actor: world.actor,
        recordedAt: world.clock.now(),
        kind: 'operation.opened',
        subject: id,
        body: { schema: 1, operation: id, name, drill, malware, aliases },
      });
      return { id, name, drill, malware, aliases };
    }
    if (known.drill !== request.drill) {
      throw problem(
        'refused',
        known.drill
          ? `"${known.name}" is a drill, and a drill stays one`
          : `"${known.name}" is a real operation and cannot become a drill`,
        known.drill ? 'Add --drill, or choose another --operation' : 'Leave --drill out, or choose another --operation',
      );
    }
    const before = known.aliases ?? [];
    const described = { ...known, malware: malware ?? known.malware, aliases: [...new Set([...before, ...aliases])] };
    if (described.malware === known.malware && described.aliases.length === before.length) return known;
    if (known.malware !== null && described.malware !== known.malware) {
      throw problem(
        'refused',
        `the operation ${known.name} is against ${known.malware}, not ${malware}`,
        'One operation, one botnet: choose another --operation, or leave --malware out',
      );
    }
    await transaction.lockOperation(known.id);
    await transaction.append({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: 'operation.described',
      subject: known.id,
      body: { schema: 1, operation: known.id, malware: described.malware, aliases: described.aliases },
    });
    return described;
  });
}
