import { describe, expect, test } from "vitest";
import { installEnvironment, measuringEnvironment } from "../../src/io/child-environment.ts";

const PARENT = {
  PATH: "/usr/bin",
  HOME: "/home/ann",
  LANG: "C.UTF-8",
  TMPDIR: "/tmp",
  RUNNER_TRACKING_ID: "github_1",
  CUDA_VISIBLE_DEVICES: "1",
  HF_HOME: "/models",
  FINETUNE_BENCH_CACHE: "/cache",
  LD_LIBRARY_PATH: "/usr/local/nvidia/lib64",
  GITHUB_TOKEN: "secret",
  INPUT_TOKEN: "secret",
  ACTIONS_RUNTIME_TOKEN: "secret",
  AWS_SECRET_ACCESS_KEY: "secret",
  HF_TOKEN: "for installation",
  HTTPS_PROXY: "http://proxy",
  no_proxy: "localhost",
  SSL_CERT_FILE: "/ca.pem",
  PIP_INDEX_URL: "https://mirror",
  UV_DEFAULT_INDEX: "https://mirror",
  PYTHONPATH: "/elsewhere",
  PYTHONSTARTUP: "/x.py",
  LD_PRELOAD: "/x.so",
  OMP_NUM_THREADS: "64",
  EMPTY: undefined,
};

describe("a measured process", () => {
  const env = measuringEnvironment(PARENT, { MY_FLAG: "1", HOME: "/own" }, "linux");

  test("gets what is on the list, the suite's variables above it, and nothing else", () => {
    expect(env).toEqual({
      PATH: "/usr/bin",
      HOME: "/own",
      LANG: "C.UTF-8",
      TMPDIR: "/tmp",
      RUNNER_TRACKING_ID: "github_1",
      CUDA_VISIBLE_DEVICES: "1",
      CUDA_DEVICE_ORDER: "PCI_BUS_ID",
      FINETUNE_BENCH_CHILD: "1",
      HF_HOME: "/models",
      FINETUNE_BENCH_CACHE: "/cache",
      LD_LIBRARY_PATH: "/usr/local/nvidia/lib64",
      PYTHONUTF8: "1",
      PYTHONIOENCODING: "utf-8",
      PYTHONUNBUFFERED: "1",
      MY_FLAG: "1",
    });
  });

  test("sees no secret, proxy or index", () => {
    expect(Object.values(env).filter((value) => /secret|proxy|mirror|installation/.test(value))).toEqual([]);
  });
});

describe("an installation", () => {
  test("also gets indexes, proxies, certificates and the token of the model hub, never the workflow's tokens", () => {
    const env = installEnvironment(PARENT, {}, "linux");
    expect(env).toMatchObject({
      PATH: "/usr/bin",
      HF_TOKEN: "for installation",
      HTTPS_PROXY: "http://proxy",
      no_proxy: "localhost",
      SSL_CERT_FILE: "/ca.pem",
      PIP_INDEX_URL: "https://mirror",
      UV_DEFAULT_INDEX: "https://mirror",
      PYTHONNOUSERSITE: "1",
      PIP_NO_INPUT: "1",
    });
    expect(Object.values(env)).not.toContain("secret");
    expect(env).not.toHaveProperty("PYTHONPATH");
  });

  test("goes into the environment that is made, whatever pip and uv were told elsewhere", () => {
    const stray = {
      PIP_TARGET: "/elsewhere",
      PIP_USER: "1",
      PIP_PREFIX: "/p",
      UV_PYTHON: "3.9",
      UV_PROJECT_ENVIRONMENT: "x",
    };
    const env = installEnvironment({ ...stray, PIP_CACHE_DIR: "/pip" }, {}, "linux");
    expect(Object.keys(env).filter((name) => name in stray)).toEqual(["PIP_USER"]);
    expect(env).toMatchObject({ PIP_CACHE_DIR: "/pip", PIP_USER: "0" });
  });
});

describe("on Windows", () => {
  const parent = {
    Path: "C:\\bin",
    SystemRoot: "C:\\Windows",
    ComSpec: "cmd",
    PathExt: ".EXE",
    Pip_Index_Url: "m",
    Secret: "secret",
  };

  test("names are compared without case, and what programs need to start is kept", () => {
    const env = measuringEnvironment(parent, {}, "win32");
    expect(env).toMatchObject({ Path: "C:\\bin", SystemRoot: "C:\\Windows", ComSpec: "cmd", PathExt: ".EXE" });
    expect(Object.values(env)).not.toContain("secret");
    expect(installEnvironment(parent, {}, "win32")).toMatchObject({ Pip_Index_Url: "m" });
  });

  test("a variable of the suite replaces its twin in another case", () => {
    const env = measuringEnvironment(parent, { PATH: "D:\\mine" }, "win32");
    expect(Object.keys(env).filter((name) => name.toUpperCase() === "PATH")).toEqual(["PATH"]);
  });

  test("elsewhere case counts", () => {
    expect(measuringEnvironment({ Path: "/bin" }, {}, "linux")).not.toHaveProperty("Path");
  });
});
