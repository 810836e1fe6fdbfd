// Writes out the types of a config that TypeScript derives from the zod schema, so that the declarations of the package do not need zod.

import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** @typedef {{ description?: string, properties?: { [key: string]: JsonSchema }, anyOf?: JsonSchema[], items?: JsonSchema }} JsonSchema */

/**
 * The declarations of a module with each alias of a type of zod (`z.input<...>`, `z.output<...>`) replaced by the type that it stands for,
 * and without the imports that it needed.
 *
 * @param {string} path of a compiled .d.ts file
 * @param {JsonSchema} schema of a config, whose descriptions become doc comments
 * @returns {string}
 */
export function withoutZod(path, schema) {
  const program = ts.createProgram([path], {
    strict: true,
    exactOptionalPropertyTypes: true,
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    skipLibCheck: true,
  });
  const file = program.getSourceFile(path);
  if (file === undefined) throw new Error(`${path} is absent: compile first`);
  const write = typeWriter(program.getTypeChecker());
  let text = readFileSync(path, 'utf8');
  for (const statement of file.statements.toReversed()) {
    const ofZod = /['"](zod|\.\/schema\/.*)['"]/;
    if (ts.isImportDeclaration(statement) && ofZod.test(statement.moduleSpecifier.getText())) {
      text = text.slice(0, statement.getFullStart()) + text.slice(statement.end);
    } else if (ts.isTypeAliasDeclaration(statement) && /^z\./.test(statement.type.getText())) {
      const type = program.getTypeChecker().getTypeFromTypeNode(statement.type);
      text = text.slice(0, statement.type.getStart()) + write(type, schema) + text.slice(statement.type.end);
    }
  }
  return text;
}

/**
 * Writes types out to their primitive parts; only types that the project itself names and that may contain themselves are imported.
 *
 * @param {ts.TypeChecker} checker
 */
function typeWriter(checker) {
  /** @type {(type: ts.Type, schema: JsonSchema | undefined, indent?: string) => string} */
  const write = (type, schema, indent = '') => {
    const alias = type.aliasSymbol?.declarations?.[0]?.getSourceFile().fileName;
    if (alias?.endsWith('/foundation/options.d.ts')) return `import('../foundation/options.js').${type.aliasSymbol?.name}`;
    if (type.isUnion() && !(type.flags & ts.TypeFlags.Boolean)) {
      const isBoolean = type.types.filter(({ flags }) => flags & ts.TypeFlags.BooleanLiteral).length === 2;
      const parts = type.types.filter(({ flags }) => !(isBoolean && flags & ts.TypeFlags.BooleanLiteral));
      const texts = parts.map((part) => write(part, schema, indent));
      return [...new Set(texts), ...(isBoolean ? ['boolean'] : [])].join(' | ');
    }
    if (checker.isArrayType(type)) {
      const [element] = checker.getTypeArguments(/** @type {ts.TypeReference} */ (type));
      const text = write(/** @type {ts.Type} */ (element), schema?.items, indent);
      return type.symbol.name === 'ReadonlyArray' ? `readonly (${text})[]` : `(${text})[]`;
    }
    if (!(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)))
      return checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation);
    const inner = `${indent}  `;
    const lines = checker.getPropertiesOfType(type).flatMap((property) => {
      const described = propertyOf(schema, property.name);
      const optional = property.flags & ts.SymbolFlags.Optional ? '?' : '';
      const comment = described?.description;
      return [
        ...(comment === undefined ? [] : [`/** ${comment.replaceAll('*/', '*\\/')} */`]),
        `${property.name}${optional}: ${write(checker.getTypeOfSymbol(property), described, inner)};`,
      ];
    });
    return `{\n${lines.map((line) => inner + line).join('\n')}\n${indent}}`;
  };
  return write;
}

/** @type {(schema: JsonSchema | undefined, name: string) => JsonSchema | undefined} */
function propertyOf(schema, name) {
  const own = schema?.properties?.[name];
  if (own !== undefined || schema?.anyOf === undefined) return own;
  for (const choice of schema.anyOf) {
    const found = propertyOf(choice, name);
    if (found !== undefined) return found;
  }
  return undefined;
}
