// The camera as a page uses it: off, starting or on, and in words why not. Lets go of it when the
// page is left.
import { type RefObject, useEffect, useEffectEvent, useRef, useState } from "react";
import { type CameraChoice, cameraProblem, listCameras, QrCamera } from "./qr-camera";

export type CameraPhase = "off" | "starting" | "on";

export function useCamera(
  video: RefObject<HTMLVideoElement | null>,
  onCode: (code: string) => void,
) {
  const camera = useRef<QrCamera>(undefined);
  const [phase, setPhase] = useState<CameraPhase>("off");
  const [problem, setProblem] = useState("");
  const [cameras, setCameras] = useState<CameraChoice[]>([]);
  const found = useEffectEvent(onCode);
  const ended = useEffectEvent(() => stop("The camera was switched off."));

  useEffect(() => {
    camera.current = new QrCamera(
      (code) => found(code),
      () => ended(),
    );
    return () => camera.current?.stop();
  }, []);

  /** Without an id: the one at the back. */
  async function start(id: string) {
    if (!video.current || !camera.current) return;
    setPhase("starting");
    setProblem("");
    try {
      if (!(await camera.current.start(video.current, id || undefined))) return;
      setPhase("on");
      setCameras(await listCameras());
    } catch (error) {
      stop(cameraProblem(error));
    }
  }

  function stop(why = "") {
    camera.current?.stop();
    setPhase("off");
    setProblem(why);
  }

  return { phase, problem, cameras, start, stop };
}
