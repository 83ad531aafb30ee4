declare module '@alpinejs/csp' {
  const Alpine: {
    data(name: string, make: () => object): void;
    store(name: string, value?: object): object;
    start(): void;
  };
  export default Alpine;
}
