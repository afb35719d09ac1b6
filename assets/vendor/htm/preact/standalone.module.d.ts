// Types of what the pages use of the vendored module. Not part of the published package and never served.
export type VNode = { type: any; props: any; key: any };
export type Child = VNode | string | number | boolean | null | undefined | Child[];
export type Ref<T> = { current: T };
export type Update<T> = (next: T | ((previous: T) => T)) => void;

export function h(type: any, props?: any, ...children: Child[]): VNode;
export function html(strings: TemplateStringsArray, ...values: any[]): VNode;
export function render(node: Child, parent: Element | DocumentFragment): void;

export class Component<P = any, S = any> {
  constructor(props?: P);
  props: P;
  state: S;
  setState(next: Partial<S> | ((state: S, props: P) => Partial<S>), done?: () => void): void;
  forceUpdate(done?: () => void): void;
  render(props?: P, state?: S): Child;
}

export type Context<T> = { Provider: any; Consumer: any; readonly value?: T };
export function createContext<T>(initial: T): Context<T>;
export function useContext<T>(context: Context<T>): T;
export function useState<T>(initial: T | (() => T)): [T, Update<T>];
export function useState<T = undefined>(): [T | undefined, Update<T | undefined>];
export function useReducer<S, A>(reduce: (state: S, action: A) => S, initial: S): [S, (action: A) => void];
export function useEffect(act: () => void | (() => void), inputs?: readonly any[]): void;
export function useLayoutEffect(act: () => void | (() => void), inputs?: readonly any[]): void;
export function useRef<T>(initial: T): Ref<T>;
export function useRef<T>(): Ref<T | undefined>;
export function useMemo<T>(make: () => T, inputs?: readonly any[]): T;
export function useCallback<F extends (...args: any[]) => any>(act: F, inputs?: readonly any[]): F;
export function useImperativeHandle<T>(ref: Ref<T>, make: () => T, inputs?: readonly any[]): void;
export function useDebugValue(value: any): void;
export function useErrorBoundary(handle?: (error: any) => void): [any, () => void];
