import { allCommands } from './command-tree.ts';
import type { CommandNode, Expected, Program } from './command-tree.ts';

/**
 * A script for bash, from 3.2 (which macOS still brings) on. The tables at its top are all that differs between
 * programs; the functions below them read what has been typed.
 */
export function bashScript({ name, version, root }: Program): string {
  const f = name.replaceAll(/\W/g, '_');
  const all = allCommands(root);
  return `# bash completion for ${name} ${version}, written by: ${name} completion bash
# It starts no program and reads no file; write it anew after an update.

# A command is named by its words ("ledger export"), the program itself by "". Each function answers in $found.

__${f}_commands() {
  case "$1" in
${cases(all.filter(({ commands }) => commands.length > 0).map((node) => [key(node), assign(node.commands.map(ownName))]))}
    *) found= ;;
  esac
}

# Those that may be given again stand in $again.
__${f}_options() {
  again=
  case "$1" in
${cases(all.map((node) => [key(node), `${assign(optionNames(node))}${again(node)}`]))}
    *) found= ;;
  esac
}

# What an option expects: nothing, "text", "file", "directory", or "words" and the words.
__${f}_value() {
  case "$1 $2" in
${cases(all.flatMap(valueCases))}
    *) found= ;;
  esac
}

# The same for the argument of a number.
__${f}_argument() {
  case "$1 $2" in
${cases(all.flatMap(argumentCases))}
    *) found= ;;
  esac
}

# Proposes what fits "$2" of what is expected ("$1"), with "$3" before it.
__${f}_propose() {
  local word
  case "$1" in
    file) __${f}_paths default -f "$2" "$3" ;;
    directory) __${f}_paths dirnames -d "$2" "$3" ;;
    words*)
      for word in \${1#words}; do
        [[ $word == "$2"* ]] && COMPREPLY[\${#COMPREPLY[@]}]=$3$word
      done
      ;;
  esac
}

# Names of files are best left to bash itself, which knows how to quote them; where it cannot be asked, they are listed.
__${f}_paths() {
  local path
  compopt -o "$1" 2>/dev/null && return
  while IFS= read -r path; do
    COMPREPLY[\${#COMPREPLY[@]}]=$4$path
  done < <(compgen "$2" -- "$3")
}

_${f}() {
  local IFS=$' \\t\\n' found= again= command= expected= ended= used=' ' position=1
  local line rest piece before= joined word= current i breaks= kept
  local redirect='^[0-9]*(&?>>?\\|?|<)(.*)$'
  local -a words
  words=()
  COMPREPLY=()

  # Bash splits words at ":" and "=": 192.0.2[.]11:443 comes in three pieces. What stands together on the line belongs
  # together; where there is no line to look at, pieces around a ":" or "=" do.
  line=\${COMP_LINE-}
  line=\${line:0:\${COMP_POINT:-\${#line}}}
  line=\${line#*"\${COMP_WORDS[0]}"}
  for ((i = 1; i <= COMP_CWORD; i++)); do
    piece=\${COMP_WORDS[i]-}
    if [[ -n \${COMP_LINE-} ]]; then
      rest=\${line#"\${line%%[![:blank:]]*}"}
      [[ $line == "$rest" ]] && joined=1 || joined=
      line=\${rest#"$piece"}
      # The cursor may stand inside the last word; what is behind it does not count.
      [[ $i -eq $COMP_CWORD ]] && piece=$rest
    else
      [[ $piece =~ ^[:=]+$ || $before =~ ^[:=]+$ ]] && joined=1 || joined=
    fi
    if [[ -z $joined && $i -gt 1 ]]; then
      words[\${#words[@]}]=$word
      word=
    fi
    word=$word$piece
    before=$piece
  done
  current=$word

  for ((i = 0; i < \${#words[@]}; i++)); do
    word=\${words[i]}
    if [[ -n $expected ]]; then
      expected=
    elif [[ $word =~ $redirect ]]; then
      [[ -z \${BASH_REMATCH[2]} ]] && expected=file
    elif [[ -z $ended && $word == -- ]]; then
      ended=1
    elif [[ -z $ended && $word == --*=* ]]; then
      used="$used\${word%%=*} "
    elif [[ -z $ended && $word == -?* ]]; then
      used="$used$word "
      __${f}_value "$command" "$word"
      expected=$found
    else
      __${f}_commands "$command"
      if [[ $position -eq 1 && " $found " == *" $word "* ]]; then
        command="\${command:+$command }$word"
      else
        position=$((position + 1))
      fi
    fi
  done

  if [[ -n $expected ]]; then
    __${f}_propose "$expected" "$current" ''
  elif [[ $current =~ $redirect ]]; then
    __${f}_propose file "\${BASH_REMATCH[2]}" "\${current%"\${BASH_REMATCH[2]}"}"
  elif [[ -z $ended && $current == --*=* ]]; then
    __${f}_value "$command" "\${current%%=*}"
    __${f}_propose "$found" "\${current#*=}" "\${current%%=*}="
  else
    found=
    if [[ -n $ended || $current != -* ]]; then
      [[ $position -eq 1 ]] && __${f}_commands "$command"
      if [[ -n $found ]]; then found="words $found"; else __${f}_argument "$command" "$position"; fi
    fi
    if [[ -n $found ]]; then
      __${f}_propose "$found" "$current" ''
    elif [[ -z $ended ]]; then
      __${f}_options "$command"
      for word in $found; do
        [[ "$used" == *" $word "* && " $again " != *" $word "* ]] || __${f}_propose "words $word" "$current" ''
      done
    fi
  fi

  # Of a word that bash has split, it replaces the last piece only.
  [[ \${COMP_WORDBREAKS-} == *:* ]] && breaks=$breaks:
  [[ \${COMP_WORDBREAKS-} == *=* ]] && breaks=$breaks=
  if [[ -n $breaks && $current == *[$breaks]* ]]; then
    kept=\${current%"\${current##*[$breaks]}"}
    for ((i = 0; i < \${#COMPREPLY[@]}; i++)); do COMPREPLY[i]=\${COMPREPLY[i]#"$kept"}; done
  fi
  return 0
}

complete -F _${f} ${name}
`;
}

function cases(entries: readonly (readonly [pattern: string, does: string])[]): string {
  return entries.map(([pattern, does]) => `    ${pattern}) ${does} ;;`).join('\n');
}

const key = ({ path }: CommandNode): string => `'${path.join(' ')}'`;
const ownName = ({ path }: CommandNode): string => path.at(-1) ?? '';
const assign = (words: readonly string[]): string => `found='${words.join(' ')}'`;
const optionNames = ({ options }: CommandNode): readonly string[] => options.flatMap(({ names }) => names);

function again({ options }: CommandNode): string {
  const names = options.filter(({ repeats }) => repeats).flatMap((option) => option.names);
  return names.length === 0 ? '' : ` again='${names.join(' ')}'`;
}

/** One line for all options of a command that expect the same. */
function valueCases({ path, options }: CommandNode): readonly (readonly [string, string])[] {
  const keyed = options.flatMap(({ names, value }) =>
    value === null
      ? []
      : names.map((name) => ({ pattern: `'${path.join(' ')} ${name}'`, does: expectation(value.expected) })),
  );
  const alike = Map.groupBy(keyed, ({ does }) => does);
  return [...alike].map(([does, entries]) => [entries.map(({ pattern }) => pattern).join(' | '), does] as const);
}

function argumentCases({ path, args }: CommandNode): readonly (readonly [string, string])[] {
  return args.map(({ expected, variadic }, index) => [
    // A variadic argument is the last one, and every number from its own on is its.
    variadic ? `'${path.join(' ')} '[0-9]*` : `'${path.join(' ')} ${index + 1}'`,
    expectation(expected),
  ]);
}

function expectation(expected: Expected): string {
  return expected.kind === 'words' ? `found='words ${expected.words.join(' ')}'` : `found=${expected.kind}`;
}
